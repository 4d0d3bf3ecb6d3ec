"""A queue of computations, one at a time and equal ones once, and a cache of their results."""

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from typing import Any


class Job:
    """A computation in the queue."""

    def __init__(self, compute: Callable[[], Any]):
        self.compute = compute
        self.waiting = 0
        self.done = threading.Event()
        self.value: Any = None
        self.error: Exception | None = None

    def run(self) -> None:
        """Compute, and store the result or the error."""
        try:
            self.value = self.compute()
        except Exception as error:  # raised in `result`, by the visitors who wait, not in the thread that computes
            self.error = error
        self.done.set()

    def result(self) -> Any:
        """The result.

        Raises:
            Exception: the error of the computation.
        """
        if self.error is not None:
            raise self.error
        return self.value


class JobQueue:
    """Jobs in the order in which they were requested, computed by one thread."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def job(self, key: Hashable, compute: Callable[[], Any]) -> Iterator[Job]:
        """A job to wait for within the block; one that is in the queue already under the same key is shared."""
        with self._changed:
            job = self._jobs.setdefault(key, Job(compute))
            job.waiting += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="language-model", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield job
        finally:
            with self._changed:
                job.waiting -= 1

    def before(self, job: Job) -> int:
        """How many jobs are before this one, the one that is computed now included."""
        with self._changed:
            return next((place for place, other in enumerate(self._jobs.values()) if other is job), 0)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs)
                key, job = next(iter(self._jobs.items()))
                if not job.waiting:
                    del self._jobs[key]
                    continue
            job.run()
            with self._changed:
                del self._jobs[key]


class ResultCache:
    """Recent results, for many threads; of more than fit, the least recently used are dropped first."""

    def __init__(self, capacity: int, size: Callable[[Any], int]):
        self._results: OrderedDict[Hashable, Any] = OrderedDict()
        self._capacity, self._size, self._lock = capacity, size, threading.Lock()

    def get(self, key: Hashable) -> Any:
        """A result, or None."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def put(self, key: Hashable, result: Any) -> None:
        """Store a result, and drop old ones that do not fit beside it."""
        with self._lock:
            self._results[key] = result
            self._results.move_to_end(key)
            while len(self._results) > 1 and sum(map(self._size, self._results.values())) > self._capacity:
                self._results.popitem(last=False)

    def values(self) -> list[Any]:
        """All results."""
        with self._lock:
            return list(self._results.values())

    def clear(self) -> None:
        """Drop all results."""
        with self._lock:
            self._results.clear()
