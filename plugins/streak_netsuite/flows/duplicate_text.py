"""Pairs of customers that people are asked about, in words."""

from streak_netsuite.sync.duplicate_case import PairQuestion


def question_text(question: PairQuestion) -> str:
    """Return a question as lines: the records side by side where they differ, then the reasons."""
    left, right = (
        question.body.get("records", {}).get(one, {}) for one in (question.pair.left, question.pair.right)
    )
    lines = [f"{question.pair}: {round(question.bits, 1) + 0.0:+.1f} bits"]
    for name in dict.fromkeys([*left, *right]):
        one, other = left.get(name, ""), right.get(name, "")
        sign = "=" if one == other else "|"
        lines.append(f"  {name:20} {one:38.38} {sign} {other:38.38}".rstrip())
    lines += [
        f"  {one['bits']:+5.1f}  {one['what']}: {one['words']}" for one in question.body.get("reasons", [])
    ]
    return "\n".join(lines)
