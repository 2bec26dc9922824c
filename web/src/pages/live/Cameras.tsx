import { Link } from "@tanstack/react-router";
import { Cctv } from "lucide-react";
import { useMemo } from "react";
import { useMay } from "../../api/session";
import type { LiveCamera } from "../../live/wire";
import { buttonClass } from "../../ui/Button";
import { useKeys } from "../../ui/keys";
import { Panel } from "../../ui/Panel";
import { Empty } from "../../ui/States";
import { CameraTile, fullScreen } from "./CameraTile";
import css from "./Cameras.module.css";

/** The site's cameras, each with what is recognised drawn over it. */
export function Cameras({ cameras }: { cameras: LiveCamera[] }) {
  const mayOpen = useMay("operator");
  const first = cameras[0]?.device;
  useKeys(useMemo(() => ({ f: () => first !== undefined && fullScreen(document.getElementById(`camera-${first}`)) }), [first]));
  if (cameras.length === 0) {
    return (
      <Panel title="Cameras">
        <Empty
          icon={Cctv}
          title="No camera yet"
          action={
            mayOpen && (
              <Link to="/station" className={buttonClass()}>
                Make this browser a camera station
              </Link>
            )
          }
        >
          Any browser with a webcam can be a camera of the site; cameras with an address are added in the settings. They are shown
          here, and on every authorised screen.
        </Empty>
      </Panel>
    );
  }
  return (
    <div className={css.tiles}>
      {cameras.map((camera) => (
        <CameraTile key={camera.device} camera={camera} />
      ))}
    </div>
  );
}
