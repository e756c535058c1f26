"""Review: independent scores, the committee's recommendation, the leader's determination."""
