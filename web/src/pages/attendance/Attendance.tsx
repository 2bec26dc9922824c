import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { CalendarClock, ChevronLeft, ChevronRight, Download, ScanFace } from "lucide-react";
import { dayTableQuery } from "../../api/attendance";
import { useMay } from "../../api/session";
import type { Day } from "../../api/types";
import { Button, buttonClass, IconButton } from "../../ui/Button";
import { inputClass } from "../../ui/Field";
import { civilDay, isoDay, shiftDay } from "../../ui/format";
import { useNow } from "../../ui/now";
import { Page, Panel } from "../../ui/Panel";
import { Segmented } from "../../ui/Segmented";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { Table } from "../../ui/Table";
import { useZone } from "../../ui/Time";
import { dayColumns } from "./columns";
import type { DayFilter } from "./search";
import css from "./Attendance.module.css";

const columns = dayColumns("person");

const fits: Record<DayFilter, (row: Day) => boolean> = {
  all: () => true,
  present: (row) => row.arrival !== null && row.arrival !== undefined,
  absent: (row) => row.state === "absent" || row.state === "expected",
  late: (row) => row.late_min > 0,
  early: (row) => row.left_early_min > 0,
};

const labels: Record<DayFilter, string> = {
  all: "Everybody",
  present: "Came",
  absent: "Not here",
  late: "Late",
  early: "Left early",
};

/** The day table: everybody, with arrival, departure, hours, late and left early. */
export function Attendance() {
  const search = useSearch({ from: "/house/attendance" });
  const navigate = useNavigate({ from: "/attendance" });
  const zone = useZone();
  const mayCall = useMay("operator");
  const today = isoDay(new Date(useNow(60_000)), zone);
  const date = search.date ?? today;
  const show = search.show ?? "all";
  const table = useQuery(dayTableQuery(date));
  const rows = table.data?.rows ?? [];
  const go = (to: string) =>
    void navigate({
      search: (before) => ({ ...(before.show ? { show: before.show } : {}), ...(to === today ? {} : { date: to }) }),
    });
  const filter = (value: DayFilter) =>
    void navigate({
      search: (before) => ({ ...(before.date ? { date: before.date } : {}), ...(value === "all" ? {} : { show: value }) }),
    });
  const options = (Object.keys(labels) as DayFilter[]).map((value) => ({
    value,
    label: labels[value],
    count: rows.filter(fits[value]).length,
  }));
  return (
    <Page
      title="Attendance"
      about={`${civilDay(date)}${date === today ? ", today" : ""} · times in ${zone}`}
      actions={
        <>
          {mayCall && (
            <Link to="/attendance/roll-call" className={buttonClass()}>
              <ScanFace size={16} aria-hidden /> Roll call
            </Link>
          )}
          <a className={buttonClass()} href={`/api/v1/attendance.csv?date=${date}`} download={`attendance-${date}.csv`}>
            <Download size={16} aria-hidden /> CSV
          </a>
        </>
      }
    >
      <div className={css.bar}>
        <div className="row">
          <IconButton variant="secondary" icon={ChevronLeft} label="The day before" onClick={() => go(shiftDay(date, -1))} />
          <input
            className={`${inputClass} ${css.date}`}
            type="date"
            aria-label="Date"
            value={date}
            max={today}
            onChange={(event) => event.target.value && go(event.target.value)}
          />
          <IconButton
            variant="secondary"
            icon={ChevronRight}
            label="The day after"
            disabled={date >= today}
            onClick={() => go(shiftDay(date, 1))}
          />
          {date !== today && <Button onClick={() => go(today)}>Today</Button>}
        </div>
        <Segmented label="Show" value={show} options={options} onChange={filter} />
      </div>
      <Panel flush>
        {table.isError ? (
          <Failed error={table.error} retry={() => void table.refetch()} />
        ) : table.isPending ? (
          <Skeleton rows={8} height={28} />
        ) : (
          <Rows rows={rows.filter(fits[show])} nobody={rows.length === 0} />
        )}
      </Panel>
    </Page>
  );
}

function Rows({ rows, nobody }: { rows: Day[]; nobody: boolean }) {
  if (rows.length === 0) {
    return (
      <Empty icon={CalendarClock} title={nobody ? "Nobody is registered yet" : "Nobody, with this filter"}>
        {nobody
          ? "The day table lists everybody in the registry. Add people first."
          : "Choose “Everybody” to see the whole table."}
      </Empty>
    );
  }
  return <Table label="Day table" rows={rows} columns={columns} rowKey={(row) => `${row.person.id} ${row.date}`} />;
}
