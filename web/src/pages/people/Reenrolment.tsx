import { useJob } from "../../live/jobs";
import { JobProgress } from "../../ui/JobProgress";
import { Note } from "../../ui/States";

/** How far everybody is enrolled with another face model, and whom it does not know; nothing where the model is the same. */
export function Reenrolment() {
  const job = useJob("reenrolment");
  if (job === null) return null;
  if (job.state === "running")
    return (
      <Note title="Everybody is being enrolled with another face model">
        The one before goes on serving until the end.
        <JobProgress job={job} label="Enrolling anew" one="photograph" many="photographs" />
      </Note>
    );
  if (job.state === "failed")
    return (
      <Note tone="bad" title="The face model could not be changed">
        {job.failure}. The one before goes on serving; it is tried again by itself.
      </Note>
    );
  return job.report?.remarks.map((remark) => (
    <Note key={remark} tone="warn">
      {remark}
    </Note>
  ));
}
