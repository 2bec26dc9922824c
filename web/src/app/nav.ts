import { Activity, BookOpenText, CalendarClock, Cctv, Settings2, ShieldCheck, UsersRound } from "lucide-react";
import type { Role } from "../api/types";

/** The pages by what people come for; each with the role that is offered it and its key after `g`. */
export const places = [
  { to: "/live", label: "Live", icon: Activity, needs: "viewer", key: "l" },
  { to: "/log", label: "Log", icon: BookOpenText, needs: "auditor", key: "o" },
  { to: "/people", label: "People", icon: UsersRound, needs: "viewer", key: "p" },
  { to: "/attendance", label: "Attendance", icon: CalendarClock, needs: "auditor", key: "a" },
  { to: "/devices", label: "Devices", icon: Cctv, needs: "auditor", key: "d" },
  { to: "/integrity", label: "Integrity", icon: ShieldCheck, needs: "auditor", key: "i" },
  { to: "/settings", label: "Settings", icon: Settings2, needs: "admin", key: "s" },
] as const satisfies readonly { to: string; label: string; icon: unknown; needs: Role; key: string }[];
