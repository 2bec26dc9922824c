import { ArrowLeft, ArrowRight, Check, Eye, EyeOff, ScanFace, X, type LucideIcon } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import type { Challenge } from "../../live/wire";
import { notEstablished, prompts } from "../../words";
import css from "./Challenge.module.css";

type Asked = Extract<Challenge, { challenge: "asked" }>;

/** Longest time for one prompt, as the server has it; only how full the bar is hangs on it. */
const patience = 8000;

/** What somebody before the camera is asked to do, large enough to be read from some steps away, and what came of it. */
export function ChallengePanel({ challenge }: { challenge: Challenge | null }) {
  useDoneSignal(challenge);
  return (
    <div className={css.place}>
      {/* Always there, so that what appears in it is read out. */}
      <p className="visually-hidden" role="status" aria-live="assertive">
        {challenge ? said(challenge) : ""}
      </p>
      {challenge && <Shown challenge={challenge} />}
    </div>
  );
}

function Shown({ challenge }: { challenge: Challenge }) {
  if (challenge.challenge === "established")
    return (
      <Card icon={Check} tone={css.good} title={`Thank you${challenge.name ? `, ${challenge.name}` : ""}`}>
        {null}
      </Card>
    );
  if (challenge.challenge === "not_established")
    return (
      <Card icon={X} tone={css.bad} title={notEstablished[challenge.why]}>
        <p>{advice[challenge.policy]}</p>
      </Card>
    );
  return (
    <Card icon={iconOf(challenge)} title={line(challenge)}>
      <Progress asked={challenge} />
    </Card>
  );
}

function Card({
  icon: Icon,
  title,
  tone,
  children,
}: {
  icon: LucideIcon;
  title: string;
  tone?: string | undefined;
  children: ReactNode;
}) {
  return (
    <div className={`${css.card} ${tone ?? ""}`} aria-hidden>
      <Icon className={css.icon} />
      <div className={css.text}>
        <p className={css.title}>{title}</p>
        {children}
      </div>
    </div>
  );
}

/** A dot for each prompt, and the time that is left for this one. */
function Progress({ asked }: { asked: Asked }) {
  const dot = (n: number) => (n < asked.answered ? css.done : n === asked.answered ? css.now : "");
  return (
    <div className={css.progress}>
      {Array.from({ length: asked.of }, (_, n) => (
        <span key={n} className={`${css.dot} ${dot(n)}`} />
      ))}
      <span className={css.bar}>
        <span style={{ width: `${Math.min(100, (asked.left_ms / patience) * 100)}%` }} />
      </span>
    </div>
  );
}

const advice = {
  not_asked: "",
  asked: "You may pass.",
  or_another_factor: "Please show your tag or finger now, or step away and come back to try again.",
  required: "Please step away for a moment and come back to try again.",
};

function iconOf(asked: Asked): LucideIcon {
  if (asked.step === "ready") return ScanFace;
  if (asked.prompt === "blink") return asked.step === "act" ? EyeOff : Eye;
  if (asked.step === "back") return ScanFace;
  return asked.prompt === "turn_left" ? ArrowLeft : ArrowRight;
}

function line({ prompt, step }: Asked): string {
  if (step === "ready") return "Look at the camera";
  return step === "act" ? prompts[prompt].text : prompts[prompt].back;
}

function said(challenge: Challenge): string {
  if (challenge.challenge === "established") return "Thank you.";
  if (challenge.challenge === "not_established") return `${notEstablished[challenge.why]}. ${advice[challenge.policy]}`;
  return `Step ${challenge.answered + 1} of ${challenge.of}: ${line(challenge)}.`;
}

/** Whoever has shut their eyes feels, where the device can, that they may open them. */
function useDoneSignal(challenge: Challenge | null) {
  const step = challenge?.challenge === "asked" ? challenge.step : null;
  useEffect(() => {
    if (step === "back") navigator.vibrate?.(200);
  }, [step]);
}
