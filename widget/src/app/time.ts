import type { Language } from './texts';

const TAGS = { hu: 'hu-HU', en: 'en-GB' } as const;

export function clockTime(at: string, { locale }: Language): string {
  return new Date(at).toLocaleTimeString(TAGS[locale], { hour: 'numeric', minute: '2-digit' });
}

export function dayName(at: string, { locale, t }: Language, now = new Date()): string {
  const days = daysBetween(new Date(at), now);
  if (days === 0) return t.dayToday;
  if (days === 1) return t.dayYesterday;
  return new Date(at).toLocaleDateString(TAGS[locale], { year: 'numeric', month: 'long', day: 'numeric' });
}

export function sameDay(a: string, b: string): boolean {
  return daysBetween(new Date(a), new Date(b)) === 0;
}

export function fileSize(bytes: number, { locale }: Language): string {
  const mega = bytes >= 1e6;
  const amount = mega ? bytes / 1e6 : Math.max(1, Math.round(bytes / 1e3));
  return `${amount.toLocaleString(TAGS[locale], { maximumFractionDigits: 1 })} ${mega ? 'MB' : 'kB'}`;
}

function daysBetween(a: Date, b: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(b) - midnight(a)) / 86_400_000);
}
