"""Operators for what people do with Streak most: find boxes, change one, log what happened, wait for a stage."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException

from streak_netsuite.hooks.ledger import LedgerHook
from streak_netsuite.hooks.streak import StreakHook
from streak_netsuite.triggers.settling import SETTLE_SECONDS
from streak_netsuite.triggers.streak import BoxStageTrigger

if TYPE_CHECKING:
    from airflow.sdk import Context


class StreakOperator(BaseOperator):
    """What the operators of Streak share.

    :param streak_conn_id: Streak connection.
    """

    ui_color = "#ede9fe"

    def __init__(self, *, streak_conn_id: str = StreakHook.default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.streak_conn_id = streak_conn_id

    @property
    def hook(self) -> StreakHook:
        """The connection."""
        return StreakHook(self.streak_conn_id)


class StreakFindBoxesOperator(StreakOperator):
    """Returns the keys of a pipeline's boxes, latest change first. Keys only: XCom is no place for deals.

    :param pipeline: name or key of the pipeline.
    :param stages: names or keys of stages; all when empty.
    """

    template_fields: Sequence[str] = ("pipeline", "stages")

    def __init__(self, *, pipeline: str, stages: Sequence[str] | str = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pipeline = pipeline
        self.stages = stages

    def execute(self, context: "Context") -> list[str]:  # noqa: ARG002 - Airflow's signature
        """List the boxes."""
        from streak_netsuite.assembly import open_boxes

        stages = [self.stages] if isinstance(self.stages, str) else list(self.stages)
        with open_boxes(self.hook.settings()) as boxes:
            return boxes.find(self.pipeline, stages=[stage for stage in stages if stage])


class StreakCreateBoxOperator(StreakOperator):
    """Makes a box and returns its key.

    A second box is never made for a failure: when nobody knows whether it is there, or it is there without its
    fields, the task fails without retries and says what to do.

    :param pipeline: name or key of the pipeline.
    :param box_name: the box's name.
    :param stage: name or key of its stage; the pipeline's first when empty.
    :param fields: values by field name; options by their label.
    """

    template_fields: Sequence[str] = ("pipeline", "box_name", "stage", "fields")

    def __init__(
        self,
        *,
        pipeline: str,
        box_name: str,
        stage: str = "",
        fields: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pipeline = pipeline
        self.box_name = box_name
        self.stage = stage
        self.fields = fields or {}

    def execute(self, context: "Context") -> str:  # noqa: ARG002 - Airflow's signature
        """Make it; a lost answer is looked up and not answered with a second box."""
        from streak_netsuite.assembly import open_boxes
        from streak_netsuite.errors import RecordError, UncertainWrite

        try:
            with open_boxes(self.hook.settings()) as boxes:
                return boxes.create(self.pipeline, self.box_name, stage=self.stage, fields=self.fields)
        except (RecordError, UncertainWrite) as error:
            raise AirflowFailException(str(error)) from error


class StreakUpdateBoxOperator(StreakOperator):
    """Changes a box; what is not given stays. Repeating it is harmless.

    :param box: key of the box.
    :param fields: values by field name; options by their label. None clears a field.
    :param stage: name or key of the stage to move it to.
    :param box_name: its new name.
    :param notes: its new notes.
    """

    template_fields: Sequence[str] = ("box", "fields", "stage", "box_name", "notes")

    def __init__(
        self,
        *,
        box: str,
        fields: Mapping[str, Any] | None = None,
        stage: str = "",
        box_name: str = "",
        notes: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.box = box
        self.fields = fields or {}
        self.stage = stage
        self.box_name = box_name
        self.notes = notes

    def execute(self, context: "Context") -> None:  # noqa: ARG002 - Airflow's signature
        """Write it."""
        from streak_netsuite.assembly import open_boxes

        with open_boxes(self.hook.settings()) as boxes:
            boxes.update(self.box, fields=self.fields, stage=self.stage, name=self.box_name, notes=self.notes)


class StreakLinkBoxOperator(StreakOperator):
    """Links contacts and organizations to a box, or takes them away; all others stay linked.

    :param box: key of the box.
    :param contacts: keys of contacts to link.
    :param organizations: keys of organizations to link.
    :param remove_contacts: keys of contacts to take away.
    :param remove_organizations: keys of organizations to take away.
    """

    template_fields: Sequence[str] = (
        "box",
        "contacts",
        "organizations",
        "remove_contacts",
        "remove_organizations",
    )

    def __init__(
        self,
        *,
        box: str,
        contacts: Sequence[str] = (),
        organizations: Sequence[str] = (),
        remove_contacts: Sequence[str] = (),
        remove_organizations: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.box = box
        self.contacts = contacts
        self.organizations = organizations
        self.remove_contacts = remove_contacts
        self.remove_organizations = remove_organizations

    def execute(self, context: "Context") -> None:  # noqa: ARG002 - Airflow's signature
        """Read, merge and write."""
        from streak_netsuite.assembly import open_boxes

        with open_boxes(self.hook.settings()) as boxes:
            boxes.link(
                self.box,
                contacts=self.contacts,
                organizations=self.organizations,
                remove_contacts=self.remove_contacts,
                remove_organizations=self.remove_organizations,
            )


class StreakActivityOperator(StreakOperator):
    """Logs on a box what happened, once: the same event again changes what stands there.

    Returns counts by action and rule; the key of each activity is in the ledger.

    :param box: key of the box.
    :param event: names the event within the box ("invoice 4711").
    :param text: what a salesperson reads.
    :param happened_at: when, as an ISO 8601 time with a zone; now when empty.
    :param style: "comment", or "meeting_note", which stands at its own time in the timeline.
    :param ledger_conn_id: ledger connection.
    """

    template_fields: Sequence[str] = ("box", "event", "text", "happened_at")

    def __init__(
        self,
        *,
        box: str,
        event: str,
        text: str,
        happened_at: str = "",
        style: str = "comment",
        ledger_conn_id: str = LedgerHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.box = box
        self.event = event
        self.text = text
        self.happened_at = happened_at
        self.style = style
        self.ledger_conn_id = ledger_conn_id

    def execute(self, context: "Context") -> dict[str, dict[str, int]]:
        """Plan the activity and write all that are due."""
        from streak_netsuite.assembly import open_activities
        from streak_netsuite.flows.activities import activity_draft
        from streak_netsuite.model.activity import Activity, ActivityStyle

        at = datetime.fromisoformat(self.happened_at) if self.happened_at else datetime.now(UTC)
        activity = Activity(text=self.text, happened_at=at, style=ActivityStyle(self.style))
        settings = self.hook.settings(), LedgerHook(self.ledger_conn_id).settings()
        with open_activities(*settings, run_id=str(context["run_id"])) as activities:
            activities.plan([activity_draft(self.box, self.event, activity, whenever_it_was=True)])
            report = activities.drain()
        self.log.info("%s", report)
        return report.as_dict()


class StreakBoxStageSensor(StreakOperator):
    """Waits until a box is in one of some stages, without holding a worker meanwhile.

    :param box: key of the box.
    :param stages: names or keys of the stages.
    :param poke_seconds: how often Streak is asked.
    :param first_look_seconds: how long it is waited before the first time; with less than 6 seconds, Airflow 3.3.2 may end the task
        when the box is there already.
    :param wait: how long to wait at most; the task fails then.
    """

    template_fields: Sequence[str] = ("box", "stages")

    def __init__(
        self,
        *,
        box: str,
        stages: Sequence[str],
        poke_seconds: float = 30.0,
        first_look_seconds: float = SETTLE_SECONDS,
        wait: timedelta | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.box = box
        self.stages = stages
        self.poke_seconds = poke_seconds
        self.first_look_seconds = first_look_seconds
        self.wait = wait

    def execute(self, context: "Context") -> None:  # noqa: ARG002 - Airflow's signature
        """Hand over to the trigger."""
        trigger = BoxStageTrigger(
            box=self.box,
            stages=list(self.stages),
            streak_conn_id=self.streak_conn_id,
            poke_seconds=self.poke_seconds,
            first_look_seconds=self.first_look_seconds,
        )
        self.defer(trigger=trigger, method_name="arrived", timeout=self.wait)

    def arrived(self, context: "Context", event: dict[str, str]) -> str:  # noqa: ARG002 - Airflow's signature
        """Return the name of the stage the box has reached.

        Raises:
            StreakNetSuiteError: the box does not exist, or Streak refused us.
        """
        from streak_netsuite.errors import RecordError

        if "error" in event:
            raise RecordError(event["error"], code=event["code"])
        return event["stage"]
