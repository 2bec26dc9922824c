import { Link, Outlet, useNavigate, useSearch } from "@tanstack/react-router";
import { Keyboard, KeyRound, LogOut, Menu as MenuIcon, Moon, Monitor, Sun, Video } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { reaches, useSession, useSignOut } from "../api/session";
import { LiveProvider } from "../live/LiveProvider";
import { useOpenAlerts } from "../live/house";
import { cx } from "../ui/cx";
import { useKeys } from "../ui/keys";
import { Menu, MenuHeading, MenuItem, MenuLine } from "../ui/Menu";
import { setTheme, useTheme, type Theme } from "../ui/theme";
import { KeysDialog } from "./KeysDialog";
import { places } from "./nav";
import { PasswordDialog } from "./PasswordDialog";
import { PartsBanner } from "./PartsBanner";
import { StaleBanner } from "./StaleBanner";
import css from "./Shell.module.css";

/** The frame around every page behind the sign-in: navigation, user menu, stale banner. */
export function Shell() {
  const signedIn = Boolean(useSession().me);
  const navigate = useNavigate();
  useEffect(() => {
    if (!signedIn) void navigate({ to: "/sign-in", search: { to: window.location.pathname + window.location.search } });
  }, [signedIn, navigate]);
  if (!signedIn) return null;
  return (
    <LiveProvider>
      <Frame />
    </LiveProvider>
  );
}

/** What opens the dialogs of the user menu. */
interface Opens {
  open: (dialog: "keys" | "password") => void;
}

function Frame() {
  const { kiosk } = useSearch({ strict: false });
  const [open, setOpen] = useState<"keys" | "password" | null>(null);
  const close = () => setOpen(null);
  useHouseKeys(() => setOpen("keys"));
  if (kiosk === 1) {
    return (
      <main className={css.kiosk} id="main">
        <StaleBanner />
        <PartsBanner />
        <Outlet />
      </main>
    );
  }
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        Skip to the content
      </a>
      <SideNav open={setOpen} />
      <main className={css.main} id="main" tabIndex={-1}>
        <StaleBanner />
        <PartsBanner />
        <Outlet />
      </main>
      <BottomNav open={setOpen} />
      <KeysDialog open={open === "keys"} onClose={close} />
      {open === "password" && <PasswordDialog onClose={close} />}
    </div>
  );
}

function useOffered() {
  const role = useSession().me?.role;
  return places.filter((place) => reaches(role, place.needs));
}

function useHouseKeys(openKeys: () => void) {
  const navigate = useNavigate();
  const offered = useOffered();
  const actions = useMemo(() => {
    const all: Record<string, () => void> = { "?": openKeys, "/": () => focusSearch(() => void navigate({ to: "/people" })) };
    for (const place of offered) all[`g ${place.key}`] = () => void navigate({ to: place.to });
    return all;
    // The list of offered pages changes with the role only, which reloads the page's session.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [navigate, offered.length]);
  useKeys(actions);
}

/** Focuses the page's own search, or goes to where there is one. */
function focusSearch(elsewhere: () => void) {
  const field = document.querySelector<HTMLInputElement>("input[type=search]");
  if (field) field.focus();
  else elsewhere();
}

function SideNav({ open }: Opens) {
  const session = useSession();
  return (
    <nav className={css.side} aria-label="Main">
      <Link to="/live" className={css.brand}>
        <img src="/icon.svg" alt="" width={30} height={30} />
        <span>
          <strong>Gatebook</strong>
          <span className={css.site}>{session.site_name}</span>
        </span>
      </Link>
      <ul className={css.links}>
        {useOffered().map((place) => (
          <li key={place.to}>
            <Link
              to={place.to}
              className={css.link}
              activeProps={{ className: cx(css.link, css.active), "aria-current": "page" }}
            >
              <place.icon size={18} aria-hidden />
              <span className={css.linkText}>{place.label}</span>
              {place.to === "/live" && <AlertCount />}
            </Link>
          </li>
        ))}
      </ul>
      <UserMenu open={open} />
    </nav>
  );
}

function AlertCount() {
  const open = useOpenAlerts();
  if (open === 0) return null;
  return (
    <span className={css.count}>
      {open > 99 ? "99+" : open}
      <span className="visually-hidden"> open alerts</span>
    </span>
  );
}

function UserMenu({ open }: Opens) {
  const { me } = useSession();
  return (
    <Menu
      align="start"
      side="top"
      trigger={
        <button type="button" className={css.user}>
          <span className={css.userLetter} aria-hidden>
            {(me?.name ?? "?").slice(0, 1).toUpperCase()}
          </span>
          <span className={css.linkText}>
            <span className={css.userName}>{me?.name}</span>
            <span className={css.site}>{me?.role}</span>
          </span>
        </button>
      }
    >
      <UserItems open={open} />
    </Menu>
  );
}

const themes: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: "system", label: "As the system", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
];

function UserItems({ open }: Opens) {
  const session = useSession();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const theme = useTheme();
  const leave = () => signOut.mutate(undefined, { onSuccess: () => void navigate({ to: "/sign-in" }) });
  return (
    <>
      <MenuHeading>
        {session.me?.name} · Gatebook {session.version}
      </MenuHeading>
      {themes.map(({ value, label, icon }) => (
        <MenuItem key={value} icon={icon} onSelect={() => setTheme(value)}>
          {label}
          {theme === value && <span className={css.chosen}>✓</span>}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={Video} onSelect={() => void navigate({ to: "/station" })}>
        Camera station
      </MenuItem>
      <MenuItem icon={Keyboard} onSelect={() => open("keys")}>
        Keyboard
      </MenuItem>
      <MenuItem icon={KeyRound} onSelect={() => open("password")}>
        Change password
      </MenuItem>
      <MenuItem icon={LogOut} onSelect={leave}>
        Sign out
      </MenuItem>
    </>
  );
}

/** On a phone: the four main pages, and the rest behind "More". */
function BottomNav({ open }: Opens) {
  const offered = useOffered();
  const navigate = useNavigate();
  const rest = offered.slice(4);
  return (
    <nav className={css.bottom} aria-label="Main, short">
      {offered.slice(0, 4).map((place) => (
        <Link
          key={place.to}
          to={place.to}
          className={css.tab}
          activeProps={{ className: cx(css.tab, css.tabActive), "aria-current": "page" }}
        >
          <place.icon size={20} aria-hidden />
          {place.label}
          {place.to === "/live" && <AlertCount />}
        </Link>
      ))}
      <Menu
        side="top"
        trigger={
          <button type="button" className={css.tab}>
            <MenuIcon size={20} aria-hidden />
            More
          </button>
        }
      >
        {rest.map((place) => (
          <MenuItem key={place.to} icon={place.icon} onSelect={() => void navigate({ to: place.to })}>
            {place.label}
          </MenuItem>
        ))}
        {rest.length > 0 && <MenuLine />}
        <UserItems open={open} />
      </Menu>
    </nav>
  );
}
