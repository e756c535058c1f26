"""Every job has a name that an operator understands, and what to do about its fault."""

import pytest

from api.pages.texts import texts
from workflows.process.condition import Kind
from workflows.process.jobs import JOB_STEPS, MAIL_JOBS


@pytest.mark.parametrize("job", sorted(JOB_STEPS))
def test_a_job_has_a_name_for_people(job: str) -> None:
    assert f"job.{job.replace('.', '_')}" in texts()


def test_no_name_is_left_of_a_job_that_is_gone() -> None:
    named = {name for name in texts() if name.startswith("job.")}
    assert named == {"job.unknown", "job.number", *(f"job.{job.replace('.', '_')}" for job in JOB_STEPS)}


def test_what_only_mails_is_a_job_and_says_so() -> None:
    assert set(JOB_STEPS) >= set(MAIL_JOBS)
    assert {job for job in JOB_STEPS if texts()[f"job.{job.replace('.', '_')}"]["id"].startswith("Surel:")} == set(MAIL_JOBS)


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_of_trouble_has_its_words(kind: Kind) -> None:
    assert {f"fault.of_{kind}", f"condition.is_{kind}"} <= set(texts())
