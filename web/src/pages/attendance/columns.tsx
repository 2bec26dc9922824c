import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleDashed, CircleX, LogOut } from "lucide-react";
import { pictureUrl } from "../../api/client";
import type { Day, DayState } from "../../api/types";
import { personName } from "../../passage/name";
import { Badge, type Tone } from "../../ui/Badge";
import type { Icon } from "../../ui/Button";
import { civilDay, duration } from "../../ui/format";
import { Face } from "../../ui/Picture";
import { nothing, type Column } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { dayStates } from "../../words";

const states: Record<DayState, { tone: Tone; icon: Icon }> = {
  arrived: { tone: "good", icon: CircleCheck },
  left: { tone: "neutral", icon: LogOut },
  absent: { tone: "bad", icon: CircleX },
  expected: { tone: "info", icon: CircleDashed },
};

/** The day table's columns, led by the person or by the date. */
export function dayColumns(lead: "person" | "date"): Column<Day>[] {
  const first: Column<Day> =
    lead === "date"
      ? { head: "Date", main: true, cell: (row) => civilDay(row.date) }
      : {
          head: "Person",
          main: true,
          cell: (row) => (
            <span className="row">
              <Face src={pictureUrl(row.person.photo)} name={row.person.name} size={34} />
              <Link to="/people/$id" params={{ id: row.person.id }}>
                {personName(row.person)}
              </Link>
            </span>
          ),
        };
  const who: Column<Day>[] =
    lead === "date"
      ? []
      : [
          { head: "Number", cell: (row) => <span className="num">{row.person.number}</span>, wideOnly: true },
          { head: "Department", cell: (row) => row.person.department, wideOnly: true },
        ];
  return [
    first,
    ...who,
    {
      head: "State",
      cell: (row) => (
        <Badge tone={states[row.state].tone} icon={states[row.state].icon}>
          {dayStates[row.state]}
        </Badge>
      ),
    },
    { head: "Arrival", align: "right", cell: (row) => (row.arrival ? <DayTime at={row.arrival} /> : nothing) },
    { head: "Departure", align: "right", cell: (row) => (row.departure ? <DayTime at={row.departure} /> : nothing) },
    {
      head: "Hours",
      align: "right",
      cell: (row) =>
        row.minutes === null || row.minutes === undefined ? nothing : <span className="num">{duration(row.minutes)}</span>,
    },
    {
      head: "Late",
      align: "right",
      cell: (row) => (row.late_min > 0 ? <Badge tone="warn">{duration(row.late_min)}</Badge> : nothing),
    },
    {
      head: "Left early",
      align: "right",
      cell: (row) => (row.left_early_min > 0 ? <Badge tone="warn">{duration(row.left_early_min)}</Badge> : nothing),
    },
  ];
}

function DayTime({ at }: { at: string }) {
  return <Time at={at} show="time" seconds={false} />;
}
