import { ImportDialog } from "./ImportDialog";

/** Imports a registry with templates of fingers; doing it again changes nothing. */
export function ImportFingers({ onClose }: { onClose: () => void }) {
  return (
    <ImportDialog
      kind="fingers_import"
      path="/api/v1/people/fingers/import"
      title="Import fingers"
      about="Takes over fingers.csv as Gatebook exports it, with records of ISO/IEC 19794-2 or Gatebook's own templates. Each finger is enrolled whole or not at all; what is enrolled already stays as it is."
      file="Registry with fingers (fingers.csv)"
      onClose={onClose}
    />
  );
}
