import type { ReactNode } from "react";
import css from "./Doorway.module.css";

/** A page before the house: one card in the middle. */
export function Doorway({
  title,
  about,
  children,
  wide,
}: {
  title: string;
  about?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  return (
    <main className={css.page}>
      <title>{`${title} · Gatebook`}</title>
      <div className={wide === true ? css.wide : css.card}>
        <img src="/icon.svg" alt="" width={40} height={40} />
        <div>
          <h1>{title}</h1>
          {about && <p className={css.about}>{about}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
