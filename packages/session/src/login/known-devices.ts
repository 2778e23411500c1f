import { hash } from 'node:crypto'
import { type Context, findCookie } from '@arlen/http'
import { findRequestSession } from '../context.ts'
import { randomToken } from '../secrets/random.ts'
import { setCookie } from '../session/sealed-session.ts'
import type { SessionSettings } from '../session/session-settings.ts'

/**
 * An account that this device has logged in to, the device's id for it, and the time of the login in seconds since
 * 1970.
 */
type KnownAccount = readonly [account: string, id: string, at: number]

const MOST_ACCOUNTS = 5
const LIFETIME_SECONDS = 365 * 24 * 60 * 60

/**
 * The id of a device that has logged in to the account before, or undefined. A sealed cookie, which survives logout, is
 * the proof. A login throttle counts such devices separately, so that strangers' guesses do not lock the owner out
 * (OWASP, Slow Down Online Guessing Attacks with Device Cookies).
 */
export function knownDevice(c: Context, account: string): string | undefined {
  const settings = findRequestSession(c)?.settings
  if (settings === undefined) return undefined
  const name = digest(account)
  return knownAccounts(c, settings).find(([known]) => known === name)?.[1]
}

/** Makes the request's device known for an account. */
export function rememberDevice(c: Context, account: string): void {
  const scope = findRequestSession(c)
  if (scope === undefined) return
  const { settings } = scope
  const name = digest(account)
  const others = knownAccounts(c, settings).filter(([known]) => known !== name)
  const latest: KnownAccount = [name, randomToken(16), settings.now()]
  const known = [latest, ...others].slice(0, MOST_ACCOUNTS)
  const { device } = settings
  scope.write(setCookie(device, device.codec.seal(JSON.stringify(known)), LIFETIME_SECONDS))
}

function knownAccounts(c: Context, { device, now }: SessionSettings): readonly KnownAccount[] {
  const value = findCookie(c.req.header('cookie'), device.name)
  const text = value === undefined ? undefined : device.codec.open(value)
  if (text === undefined) return []
  return (JSON.parse(text) as KnownAccount[]).filter(([, , at]) => at + LIFETIME_SECONDS > now())
}

/** A digest keeps the cookie short. Truncated first, because normalization takes time. */
function digest(account: string): string {
  const name = account.slice(0, 512).normalize('NFKC').trim().toLowerCase()
  return hash('sha256', name, 'base64url').slice(0, 22)
}
