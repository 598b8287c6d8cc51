"""Commands by topic; `pipelines/cli.py` puts them together."""
