"""The report of a check: what to fix first, every issue, the sender's own rows with their results, what came before."""

from pipelines.report.holding import Held, hold
from pipelines.report.issues_file import issues_csv
from pipelines.report.making import issues_of_check, of_check, past_of
from pipelines.report.past import Past, past
from pipelines.report.workbook import report_workbook

__all__ = ["Held", "Past", "hold", "issues_csv", "issues_of_check", "of_check", "past", "past_of", "report_workbook"]
