import { Camera, CircleAlert, CircleCheck, ImagePlus, Loader, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { Button, IconButton } from "../../../ui/Button";
import { cx } from "../../../ui/cx";
import { Check } from "../../../ui/Field";
import { Failed } from "../../../ui/States";
import { overruleHint, problemText } from "./problems";
import { mostImages, type Images } from "./useImages";
import { Webcam } from "./Webcam";
import css from "./Enrol.module.css";

/** Pictures for enrolment, from the webcam or files, each with what is wrong with it. */
export function Enrol({ images, startCamera }: { images: Images; startCamera?: boolean }) {
  const [camera, setCamera] = useState(startCamera === true);
  const files = useRef<HTMLInputElement>(null);
  const full = images.candidates.length >= mostImages;
  return (
    <div className={css.enrol}>
      {camera ? (
        <Webcam onTake={(blob) => images.add([blob])} full={full} onClose={() => setCamera(false)} />
      ) : (
        <div
          className={css.ways}
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            images.add([...event.dataTransfer.files].filter((file) => file.type.startsWith("image/")));
          }}
        >
          <Button icon={Camera} onClick={() => setCamera(true)}>
            Use the webcam
          </Button>
          <Button icon={ImagePlus} disabled={full} onClick={() => files.current?.click()}>
            Choose photographs
          </Button>
          <p className="small muted">
            Or drop them here. 1 to {mostImages} pictures; three or more from slightly different angles recognise best.
          </p>
        </div>
      )}
      <input
        ref={files}
        className="visually-hidden"
        tabIndex={-1}
        type="file"
        aria-label="Photographs"
        accept="image/jpeg,image/png"
        multiple
        onChange={(event) => {
          images.add([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      {images.error !== null && images.error !== undefined && <Failed error={images.error} />}
      {images.candidates.length > 0 && <Candidates images={images} />}
    </div>
  );
}

function Candidates({ images }: { images: Images }) {
  return (
    <ul className={css.candidates} aria-live="polite">
      {images.candidates.map((candidate, i) => {
        const finding = images.findings?.[i];
        const bad = finding !== undefined && finding.problems.length > 0;
        const taken = images.isOverruled(candidate.key);
        return (
          <li key={candidate.key} className={cx(css.candidate, bad && !taken && css.bad, finding && (!bad || taken) && css.good)}>
            <div className={css.shot}>
              <img src={candidate.url} alt={`Picture ${i + 1}`} />
              <IconButton
                className={css.remove}
                size="s"
                variant="secondary"
                icon={Trash2}
                label={`Remove picture ${i + 1}`}
                onClick={() => images.remove(candidate.key)}
              />
            </div>
            <div className={css.finding}>
              {finding === undefined ? (
                images.looking && (
                  <span className={css.looking}>
                    <Loader size={14} aria-hidden /> Looking
                  </span>
                )
              ) : bad ? (
                <>
                  {finding.problems.map((problem) => (
                    <span key={problem.problem} className={css.problem}>
                      <CircleAlert size={14} aria-hidden />
                      {problemText(problem)}
                    </span>
                  ))}
                  {finding.can_be_overruled && (
                    <Check
                      label={`Take picture ${i + 1} all the same`}
                      hint={overruleHint(finding.problems)}
                      checked={taken}
                      onChange={(event) => images.overrule(candidate.key, event.target.checked)}
                    />
                  )}
                </>
              ) : (
                <span className={css.fine}>
                  <CircleCheck size={14} aria-hidden /> Good
                </span>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
