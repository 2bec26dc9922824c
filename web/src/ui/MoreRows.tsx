import { useEffect, useRef } from "react";
import { Button } from "./Button";

/** Asks for the next rows when it comes into sight; also a button, for those who do not scroll. */
export function MoreRows({ more, busy, onMore }: { more: boolean; busy: boolean; onMore: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (!element || !more || busy) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && onMore(), {
      rootMargin: "600px",
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [more, busy, onMore]);
  if (!more) return null;
  return (
    <div ref={end} style={{ padding: 12, textAlign: "center" }}>
      <Button size="s" busy={busy} onClick={onMore}>
        Show more
      </Button>
    </div>
  );
}
