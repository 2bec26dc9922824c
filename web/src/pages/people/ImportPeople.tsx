import { ImportDialog } from "./ImportDialog";

/** Imports a classic card's registry; doing it again changes nothing. */
export function ImportPeople({ onClose }: { onClose: () => void }) {
  return (
    <ImportDialog
      kind="people_import"
      path="/api/v1/people/import"
      title="Import a card's registry"
      about="Takes over a_d.csv of a classic controller's card. Importing the same file again changes nothing."
      file="Registry (a_d.csv)"
      pictures={{ label: "Photographs", field: "photos", accept: "image/jpeg,image/png" }}
      onClose={onClose}
    />
  );
}
