import type { Job } from "../api/jobs";
import { count } from "./format";
import { Progress } from "./Progress";

/** How far long work is. */
export function JobProgress({ job, label, one, many }: { job: Job; label: string; one: string; many: string }) {
  return (
    <div role="status">
      <Progress label={label} value={job.total === 0 ? null : job.done / job.total} />
      <p className="small muted num">
        {job.done.toLocaleString("en-GB")} of {count(job.total, one, many)}
        {job.pictures > 0 && `, ${count(job.pictures, "picture", "pictures")}`}
      </p>
    </div>
  );
}
