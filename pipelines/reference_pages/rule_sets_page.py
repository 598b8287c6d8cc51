"""The rule sets: what each dated piece of guidance asks of a school, and how an incident is judged."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reference_pages.markdown import bullets, code, page, table
from schemas.definition_files import read
from schemas.rulesets import OUTCOME_LABELS, Rule, RuleSet, rule_sets

INTRODUCTION = """\
A rule set is a dated piece of guidance, written as conditions over the answers of a return. The rule sets
disagree, so every figure that judges a decision names the one that it is judged by, and every incident is
judged under each. A rule whose answers are not known gives “not known”, never “no”."""
CONDITIONS = (
    "`column == code`, `column != code`, `column in (code, code)`, `column not in (code, code)`: what was answered.",
    "`any_yes(a, b)`: at least one is yes. `all_yes(a, b)`: each of those that apply is yes.",
    "`recorded(a)`: not blank. `answered(a)`: neither blank, “not known” nor “not applicable”. "
    "`known(…)`: the condition is true or false.",
    "`date <= date`: two dates in order; `today` is the day of the check.",
    "`always`: for every incident. `called_for` and `not_called_for`: by the rule set's own condition.",
    "`and`, `or`, `not`: with three values, as in SQL. A blank, “not known” and “not classified” are not known.",
)


def rule_sets_page() -> str:
    """The page `rule-sets.md`."""
    return page(
        "Rule sets",
        INTRODUCTION,
        "Under each rule set, a decision has one of five outcomes:",
        bullets(OUTCOME_LABELS.values()),
        *(block for one in rule_sets().values() for block in _rule_set_blocks(one)),
        "## Words that conditions share",
        table(("Word", "Means"), ((code(word), code(text)) for word, text in read("definitions.toml").items())),
        "## How to read a condition",
        bullets(CONDITIONS),
    )


def _rule_set_blocks(rules: RuleSet) -> Iterator[str]:
    yield f"## {rules.title}"
    yield rules.note
    yield table(("About it", ""), _facts(rules))
    yield table(("Rule", "Step", "What it asks", "Applies when", "Met when"), map(_rule_row, rules.rules))


def _facts(rules: RuleSet) -> Iterator[tuple[str, str]]:
    yield "Name in files and addresses", code(rules.id)
    yield "Short title", rules.short_title
    yield "Dated", f"{rules.dated.day} {rules.dated:%B %Y}"
    yield "Source", rules.source
    yield "Wording", rules.wording
    yield "Its name for the subject", rules.display_term
    yield "Calls for escalation when", code(rules.called_for_text)
    yield "Answered by", f"{rules.answered_title}: {code(rules.answered_text)}"


def _rule_row(rule: Rule) -> tuple[str, ...]:
    return code(rule.id), rule.step, rule.title, code(rule.applies_text), code(rule.met_text)
