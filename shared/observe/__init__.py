"""What a running service tells those who keep it running.

* ``configure(level)`` once per process, then ``structlog.get_logger()`` anywhere;
  ``structlog.contextvars.bound_contextvars(event_id=...)`` around the handling of one event. The request
  id is bound by ``shared.web``.
* ``Metrics(registry, service)``: ``answered`` (done by ``shared.web``), ``outbox_depth``,
  ``outbox_oldest_seconds``, ``parked``, ``pending(durable)``.
"""

from shared.observe.logs import configure
from shared.observe.metrics import Metrics

__all__ = ["Metrics", "configure"]
