import type { Import } from "../../api/types";
import { count } from "../../ui/format";
import { Facts } from "../../ui/Panel";
import { Note } from "../../ui/States";
import { Table } from "../../ui/Table";

/** What an import did, with every refused row. */
export function ImportReport({ report }: { report: Import }) {
  return (
    <div className="stack" role="status">
      <Note
        tone={report.refused.length === 0 ? "good" : "warn"}
        title={report.refused.length === 0 ? "Imported" : `${count(report.refused.length, "row was", "rows were")} refused`}
      />
      <Facts
        columns
        items={[
          ["New", report.added.toLocaleString("en-GB")],
          ["Changed", report.changed.toLocaleString("en-GB")],
          ["Known already", report.unchanged.toLocaleString("en-GB")],
          ["Pictures", report.pictures.toLocaleString("en-GB")],
        ]}
      />
      {report.remarks.map((remark) => (
        <Note key={remark}>{remark}</Note>
      ))}
      {report.refused.length > 0 && (
        <Table
          label="Refused rows"
          rows={report.refused}
          rowKey={(row) => `${row.line} ${row.reason}`}
          columns={[
            { head: "Line", cell: (row) => row.line, shrink: true },
            { head: "Why", cell: (row) => row.reason },
          ]}
        />
      )}
    </div>
  );
}
