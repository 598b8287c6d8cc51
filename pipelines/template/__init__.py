"""The template: a workbook to fill in, made wholly from the vocabulary."""

from pipelines.template.making import template

__all__ = ["template"]
