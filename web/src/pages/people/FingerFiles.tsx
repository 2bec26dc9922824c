import { Download, Fingerprint, Upload } from "lucide-react";
import { Button } from "../../ui/Button";
import { Menu, MenuDownload, MenuHeading, MenuItem, MenuLine } from "../../ui/Menu";

const exported = "/api/v1/people/fingers/export";

/** The registry with templates of fingers, out and in. */
export function FingerFiles({ onImport }: { onImport: () => void }) {
  return (
    <Menu
      trigger={
        <Button icon={Fingerprint} variant="ghost">
          Fingers
        </Button>
      }
    >
      <MenuHeading>Export, without those for duress</MenuHeading>
      <MenuDownload icon={Download} href={exported}>
        Minutiae (ISO/IEC 19794-2)
      </MenuDownload>
      <MenuDownload icon={Download} href={`${exported}?native=true`}>
        Gatebook&rsquo;s own, with the ridges
      </MenuDownload>
      <MenuLine />
      <MenuItem icon={Upload} onSelect={onImport}>
        Import fingers
      </MenuItem>
    </Menu>
  );
}
