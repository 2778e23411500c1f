const TIME = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'America/Chicago' })

/** A moment as the clock in Arlen, Texas, shows it: `Mar 4, 2026, 9:05 AM`. */
export function formatTime(moment: Date): string {
  return TIME.format(moment)
}
