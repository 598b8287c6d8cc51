"""Erasing: the one exception to “appended to, never edited”. Planned, approved by a second person, carried out."""

from pipelines.erasing.carrying_out import Erased, carry_out, carry_out_within
from pipelines.erasing.plans import Count, Plan, plan
from pipelines.erasing.requests import Kind, Request, of_child, of_return, of_school, past_retention

__all__ = [
    "Count", "Erased", "Kind", "Plan", "Request", "carry_out", "carry_out_within", "of_child", "of_return", "of_school",
    "past_retention", "plan",
]  # fmt: skip
