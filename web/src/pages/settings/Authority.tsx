import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { buttonClass } from "../../ui/Button";
import { Panel } from "../../ui/Panel";

const address = "/gatebook-ca.crt";

/** Whether this Gatebook signs its own certificate; a site behind a proxy does not. */
async function offered(): Promise<boolean> {
  return (await fetch(address, { method: "HEAD" })).ok;
}

/** The certificate that makes browsers trust this site, to be installed on other machines. */
export function Authority() {
  const secure = window.location.protocol === "https:";
  const found = useQuery({ queryKey: ["authority"], queryFn: offered, enabled: secure, staleTime: Infinity, retry: false });
  if (found.data !== true) return null;
  return (
    <Panel
      title="Certificate"
      aside={
        <a className={buttonClass("secondary", "s")} href={address} download>
          <Download size={15} aria-hidden /> Certificate of the authority
        </a>
      }
    >
      <p className="muted">
        Gatebook made an authority of its own at its first start. Install its certificate on the machines that open this page, and
        browsers no longer warn.
      </p>
    </Panel>
  );
}
