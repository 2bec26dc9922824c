import { Link, useNavigate } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { useState } from "react";
import { useSession } from "../../api/session";
import { Button, buttonClass } from "../../ui/Button";
import { cx } from "../../ui/cx";
import { Page, Panel } from "../../ui/Panel";
import { NewStation } from "../station/Choose";
import { FirstFace } from "./FirstFace";
import { FirstPlace } from "./FirstPlace";
import { Seen } from "./Seen";
import { SiteStep } from "./SiteStep";
import css from "./Guide.module.css";

const steps = ["The site", "First access point", "This browser's camera", "Your face", "See yourself"] as const;

/** From nothing to one's own face in the feed. */
export function Guide() {
  const { setup, station } = useSession();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<number | null>(null);
  const done = [
    setup.has_access_point,
    setup.has_access_point,
    station !== null && station !== undefined,
    setup.has_person,
    false,
  ];
  const reached = done.findIndex((one) => !one);
  const step = chosen ?? reached;
  const next = () => setChosen(step + 1);
  return (
    <Page
      width="narrow"
      title="Set up Gatebook"
      about="Five short steps; each can be skipped and done later."
      actions={
        <Link to="/live" className={buttonClass("ghost")}>
          Skip the guide
        </Link>
      }
    >
      <ol className={css.steps}>
        {steps.map((label, i) => (
          <li key={label}>
            <button
              type="button"
              className={cx(css.step, i === step && css.current)}
              aria-current={i === step ? "step" : undefined}
              onClick={() => setChosen(i)}
            >
              <span className={cx(css.mark, done[i] && css.done)}>{done[i] ? <Check size={14} aria-hidden /> : i + 1}</span>
              {label}
              {done[i] && <span className="visually-hidden"> (done)</span>}
            </button>
          </li>
        ))}
      </ol>
      <Panel title={steps[step] ?? ""}>
        <div className="stack">
          {step === 0 && <SiteStep onDone={next} />}
          {step === 1 && <FirstPlace onDone={next} />}
          {step === 2 && <CameraStep onDone={next} />}
          {step === 3 && <FirstFace onDone={next} />}
          {step === 4 && <Seen onDone={() => void navigate({ to: "/live" })} />}
        </div>
      </Panel>
    </Page>
  );
}

function CameraStep({ onDone }: { onDone: () => void }) {
  const { station, setup } = useSession();
  if (station) {
    return (
      <>
        <p>
          This browser is the camera station <strong>{station.name}</strong>.
        </p>
        <div>
          <Button variant="primary" onClick={onDone}>
            Go on
          </Button>
        </div>
      </>
    );
  }
  if (!setup.has_access_point) return <p>A camera watches an access point: add one first, in the step before.</p>;
  return (
    <>
      <p className="muted">A camera station is a browser with a webcam. Its pictures go to this server and nowhere else.</p>
      <NewStation first onDone={onDone} />
      <div>
        <Button variant="ghost" onClick={onDone}>
          Go on without a camera
        </Button>
      </div>
    </>
  );
}
