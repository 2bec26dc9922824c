import type { ReactNode } from "react";
import { cx } from "./cx";
import css from "./Table.module.css";

export interface Column<Row> {
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** The row's title when the table becomes cards on a phone. */
  main?: boolean;
  align?: "right";
  shrink?: boolean;
  /** Not on a phone. */
  wideOnly?: boolean;
}

interface TableProps<Row> {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  onRow?: (row: Row) => void;
  faded?: (row: Row) => boolean;
}

/** A cell without a value; on a phone the whole line is left out. */
export const nothing = <span className={css.nothing}>–</span>;

/** A table that turns into a list of cards on a phone. */
export function Table<Row>({ label, rows, columns, rowKey, onRow, faded }: TableProps<Row>) {
  return (
    <table className={css.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column, i) => (
            <th key={i} scope="col" className={cx(column.align && css.right, column.shrink === true && css.shrink)}>
              {column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            className={cx(onRow && css.clickable, faded?.(row) === true && css.faded)}
            onClick={
              onRow &&
              ((event) => !(event.target instanceof Element && event.target.closest("a,button,input,select")) && onRow(row))
            }
          >
            {columns.map((column, i) => (
              <td
                key={i}
                className={cx(
                  column.align && css.right,
                  column.main === true && css.main,
                  column.shrink === true && css.shrink,
                  column.wideOnly === true && css.wideOnly,
                )}
                data-head={typeof column.head === "string" ? column.head : undefined}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
