import { ImageOff, User } from "lucide-react";
import { useState } from "react";
import { cx } from "./cx";
import css from "./Picture.module.css";

interface PictureProps {
  src: string | null;
  alt: string;
  className?: string;
  /** What stands there when there is none. */
  none?: string;
  fit?: "cover" | "contain";
}

/** A picture, or a calm place where one is missing. */
export function Picture({ src, alt, className, none = "No picture", fit = "cover" }: PictureProps) {
  const [broken, setBroken] = useState<string | null>(null);
  if (src === null || broken === src) {
    return (
      <div className={cx(css.picture, css.none, className)}>
        <ImageOff size={20} aria-hidden />
        <span>{src === null ? none : "The picture is gone"}</span>
      </div>
    );
  }
  return (
    <img
      className={cx(css.picture, css[fit], className)}
      src={src}
      alt={alt}
      loading="lazy"
      decoding="async"
      onError={() => setBroken(src)}
    />
  );
}

interface FaceProps {
  src: string | null;
  name: string;
  size?: number;
  /** Announced; leave empty where the name stands beside it. */
  alt?: string;
}

/** A person's photograph, or initials. */
export function Face({ src, name, size = 36, alt = "" }: FaceProps) {
  const [broken, setBroken] = useState<string | null>(null);
  const style = { width: size, height: size, fontSize: Math.max(10, size * 0.36) };
  if (src !== null && broken !== src) {
    return (
      <img
        className={css.face}
        style={style}
        src={src}
        alt={alt}
        loading="lazy"
        decoding="async"
        onError={() => setBroken(src)}
      />
    );
  }
  const letters = initials(name);
  return (
    <span className={cx(css.face, css.letters)} style={style} aria-hidden>
      {letters === "" ? <User size={size * 0.5} aria-hidden /> : letters}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0]?.[0] ?? "";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}
