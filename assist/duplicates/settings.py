"""The one configuration of the duplicate engine."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Limits and thresholds; the defaults serve every table.

    Attributes:
        largest_block: records that may share a blocking key before the key says too little.
        pairs_per_record: pairs compared per record, on average, at most.
        neighbours: nearest neighbours by character n-grams asked for each record.
        gram_work: sparse multiplications spent on nearest neighbours in any table.
        gram_work_per_record: and for each record on top.
        learning_pairs: pairs that the weights are learned from.
        random_pairs: pairs drawn blindly, to learn what unrelated records share.
        kept_bits: pairs below this many bits are not reported.
        cluster_bits: mean bits between two groups that make them one.
        company_bits: the same in a table of companies, at most: 3.3 bits are odds of ten to one, for mixing
            up two branches' orders and balances costs more than leaving one duplicate to be found later.
        wrong_share: the share of wrong pairs that the model itself may expect before `company_bits` is used.
        automatic_bits: bits from which a pair may be proposed without review.
        review_bits: bits from which a pair is shown to a reviewer.
        own_pairs: undecided pairs that the engine's own belief is drawn from when people's decisions are learned.
        seed: of every draw.
    """

    largest_block: int = 60
    pairs_per_record: int = 40
    neighbours: int = 10
    gram_work: int = 60_000_000
    gram_work_per_record: int = 40
    learning_pairs: int = 60_000
    random_pairs: int = 200_000
    kept_bits: float = -6.0
    cluster_bits: float = 0.0
    company_bits: float = 3.3
    wrong_share: float = 0.004
    automatic_bits: float = 8.0
    review_bits: float = -3.0
    own_pairs: int = 2_000
    seed: int = 7

    @property
    def unsure_bits(self) -> float:
        """Return the most bits of what a person has to see first."""
        return self.automatic_bits - 1

    @property
    def copy_bits(self) -> float:
        """Return the least bits of equal records that chance hardly makes: enough for a group that a person sees."""
        return self.company_bits + 0.5
