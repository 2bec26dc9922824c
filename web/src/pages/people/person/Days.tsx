import { useQuery } from "@tanstack/react-query";
import { CalendarX2 } from "lucide-react";
import { useState } from "react";
import { personDaysQuery } from "../../../api/people";
import { Segmented } from "../../../ui/Segmented";
import { isoDay, shiftDay } from "../../../ui/format";
import { Panel } from "../../../ui/Panel";
import { Empty, Failed, Skeleton } from "../../../ui/States";
import { Table } from "../../../ui/Table";
import { useZone } from "../../../ui/Time";
import { dayColumns } from "../../attendance/columns";

const spans = { "7": "7 days", "30": "30 days", "90": "90 days" } as const;

/** Attendance days of the person, newest first. */
export function Days({ id }: { id: string }) {
  const zone = useZone();
  const [span, setSpan] = useState<keyof typeof spans>("30");
  const today = isoDay(new Date(), zone);
  const days = useQuery(personDaysQuery(id, shiftDay(today, 1 - Number(span)), today));
  const rows = (days.data?.rows ?? []).filter((row) => row.arrival).reverse();
  return (
    <Panel
      title="Attendance days"
      flush
      aside={
        <Segmented
          label="How far back"
          value={span}
          options={Object.entries(spans).map(([value, label]) => ({ value: value as keyof typeof spans, label }))}
          onChange={setSpan}
        />
      }
    >
      {days.isError ? (
        <Failed error={days.error} retry={() => void days.refetch()} />
      ) : days.isPending ? (
        <Skeleton rows={4} />
      ) : rows.length === 0 ? (
        <Empty icon={CalendarX2} title={`Not here in the last ${spans[span]}`} />
      ) : (
        <Table label="Attendance days" rows={rows} rowKey={(row) => row.date} columns={dayColumns("date")} />
      )}
    </Panel>
  );
}
