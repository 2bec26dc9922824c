import type { FingerPosition } from "../../../api/types";
import { cx } from "../../../ui/cx";
import { fingerPositions } from "../../../words";
import css from "./Hands.module.css";

/** A finger of the right hand, seen from its back: from the knuckle to the tip, and how thick. */
interface Drawn {
  name: string;
  knuckle: [number, number];
  tip: [number, number];
  thick: number;
}

const drawn: Drawn[] = [
  { name: "thumb", knuckle: [76, 182], tip: [30, 128], thick: 27 },
  { name: "index", knuckle: [80, 134], tip: [68, 46], thick: 25 },
  { name: "middle", knuckle: [106, 128], tip: [104, 26], thick: 26 },
  { name: "ring", knuckle: [132, 130], tip: [140, 42], thick: 25 },
  { name: "little", knuckle: [155, 142], tip: [173, 78], thick: 21 },
];
const size = { width: 200, height: 232 };
const sides = ["left", "right"] as const;

interface HandsProps {
  value: FingerPosition | null;
  onChange: (position: FingerPosition) => void;
  /** Fingers that cannot be chosen, because they are enrolled already. */
  enrolled: FingerPosition[];
}

/** Both hands as one sees one's own: ten radio buttons, each over its finger. */
export function Hands({ value, onChange, enrolled }: HandsProps) {
  return (
    <fieldset className={css.hands}>
      <legend>Which finger</legend>
      <div className={css.pair}>
        {sides.map((side) => (
          <div key={side}>
            <div className={css.hand}>
              <Drawing side={side} value={value} enrolled={enrolled} />
              {inOrder(side).map((finger) => (
                <Choice
                  key={finger.name}
                  finger={finger}
                  side={side}
                  value={value}
                  taken={enrolled.includes(positionOf(side, finger))}
                  onChange={onChange}
                />
              ))}
            </div>
            <p className={css.side} aria-hidden>
              {side === "left" ? "Left hand" : "Right hand"}
            </p>
          </div>
        ))}
      </div>
      <p className={css.chosen} aria-hidden>
        {value === null ? "Touch a finger above." : fingerPositions[value]}
      </p>
    </fieldset>
  );
}

type Side = (typeof sides)[number];

/** From left to right, as arrow keys go. */
function inOrder(side: Side): Drawn[] {
  return side === "left" ? drawn.toReversed() : drawn;
}

function positionOf(side: Side, finger: Drawn): FingerPosition {
  return `${side}_${finger.name}` as FingerPosition;
}

/** The left hand is the right one in a mirror. */
function across(side: Side, x: number): number {
  return side === "right" ? x : size.width - x;
}

function Choice({
  finger,
  side,
  value,
  taken,
  onChange,
}: {
  finger: Drawn;
  side: Side;
  value: FingerPosition | null;
  taken: boolean;
  onChange: (position: FingerPosition) => void;
}) {
  const position = positionOf(side, finger);
  // Over the outer part of the finger, where no other one is.
  const [x, y] = [0, 1].map((i) => (finger.tip[i] ?? 0) * 0.72 + (finger.knuckle[i] ?? 0) * 0.28) as [number, number];
  const [width, height] = [34, 66];
  const place = {
    left: `${((across(side, x) - width / 2) / size.width) * 100}%`,
    top: `${((y - height / 2) / size.height) * 100}%`,
    width: `${(width / size.width) * 100}%`,
    height: `${(height / size.height) * 100}%`,
  };
  return (
    <label
      className={css.choice}
      style={place}
      title={taken ? `${fingerPositions[position]}: enrolled` : fingerPositions[position]}
    >
      <input
        type="radio"
        name="finger"
        value={position}
        checked={value === position}
        disabled={taken}
        onChange={() => onChange(position)}
      />
      <span className="visually-hidden">
        {fingerPositions[position]}
        {taken && ", enrolled already"}
      </span>
    </label>
  );
}

function Drawing({ side, value, enrolled }: { side: Side; value: FingerPosition | null; enrolled: FingerPosition[] }) {
  return (
    <svg viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden>
      <g transform={side === "left" ? `translate(${size.width} 0) scale(-1 1)` : undefined}>
        <rect className={css.edge} x={63} y={118} width={106} height={106} rx={36} />
        {drawn.map((finger) => (
          <Bone key={finger.name} finger={finger} className={css.edgeLine} more={3} />
        ))}
        <rect className={css.skin} x={64.5} y={119.5} width={103} height={103} rx={35} />
        {drawn.map((finger) => (
          <Bone key={finger.name} finger={finger} className={css.skinLine} />
        ))}
        {drawn.map((finger) => {
          const position = positionOf(side, finger);
          const isEnrolled = enrolled.includes(position);
          return (
            <g key={finger.name} className={cx(css.tip, value === position && css.on, isEnrolled && css.done)}>
              <Tip finger={finger} />
              {isEnrolled && <Tick at={finger.tip} mirrored={side === "left"} />}
            </g>
          );
        })}
      </g>
    </svg>
  );
}

function Bone({ finger, className, more = 0 }: { finger: Drawn; className: string | undefined; more?: number }) {
  const { knuckle, tip, thick } = finger;
  return <line className={className} x1={knuckle[0]} y1={knuckle[1]} x2={tip[0]} y2={tip[1]} strokeWidth={thick + more} />;
}

/** The outer joint, which is what lies on a sensor. */
function Tip({ finger: { knuckle, tip, thick } }: { finger: Drawn }) {
  const inner = [0, 1].map((i) => (tip[i] ?? 0) * 0.78 + (knuckle[i] ?? 0) * 0.22) as [number, number];
  return <line x1={inner[0]} y1={inner[1]} x2={tip[0]} y2={tip[1]} strokeWidth={thick - 6} />;
}

function Tick({ at: [x, y], mirrored }: { at: [number, number]; mirrored: boolean }) {
  const flip = mirrored ? -1 : 1;
  const points = [-5, 3, -1.5, 6.5, 5, -1].map((step, i) => (i % 2 === 0 ? x + step * flip : y + step));
  return <polyline className={css.tick} points={points.join(" ")} />;
}
