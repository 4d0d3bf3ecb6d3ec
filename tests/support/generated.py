"""How many generated cases a test tries."""

import os

from hypothesis import HealthCheck, Phase, settings

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"  # as `make nightly` sets it
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}  # the machine may be busy
settings.register_profile("nightly", max_examples=3_000, **PATIENT)
# The same cases everywhere; nightly looks for others.
settings.register_profile("test", max_examples=30, derandomize=True, **PATIENT)
settings.load_profile("nightly" if NIGHTLY else "test")


def cases(few: int, many: int, shrink: bool = True) -> settings:
    """How many generated cases a test tries: few in `make test`, many in `make nightly`.

    Args:
        shrink: whether to look for the smallest case that fails; that can take minutes where a case takes long.
    """
    phases = [phase for phase in Phase if shrink or phase not in (Phase.shrink, Phase.explain)]
    unlike = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    number = many if NIGHTLY else few
    return settings(max_examples=number, deadline=None, suppress_health_check=unlike, phases=phases)
