import { mailError } from './errors.ts'

/** An address and its display name. */
export interface MailAddress {
  name: string
  address: string
}

/**
 * One address: `ada@example.com`, `Ada Lovelace <ada@example.com>`, or its parts. A string is never several addresses: a
 * visitor who types two into a form must not reach two people.
 */
export type AddressInput = string | { name?: string; address: string }

/** RFC 5321, section 4.5.3.1.3: a path has at most 256 octets, angle brackets included. */
const MAX_LENGTH = 254
const MAILBOX = /^[^\s@<>()[\]\\,;:"]+@[^\s@<>()[\]\\,;:"]+$/
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/**
 * Parses one address. Control characters are rejected, not removed: they are an attempt to add header fields.
 *
 * @param mail - the name of the mail, for messages
 * @throws ArlenError `mail_address_invalid`, which does not quote the address
 */
export function readAddress(mail: string, field: string, given: AddressInput): MailAddress {
  const refuse = (problem: string) => mailError('mail_address_invalid', { name: mail, field, problem })
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null)) {
    throw refuse('must be an address, or an object with name and address')
  }
  const { name = '', address } = typeof given === 'string' ? splitAddress(given) : given
  if (typeof name !== 'string' || typeof address !== 'string')
    throw refuse('must have a name and an address as strings')
  if (hasControl(name) || hasControl(address)) throw refuse('contains a control character, such as a line break')
  if (typeof given === 'string' && /[,;@]/.test(name)) throw refuse('has more than one address: give a list of them')
  if (address.length > MAX_LENGTH) throw refuse(`is longer than ${MAX_LENGTH} characters`)
  if (!MAILBOX.test(address)) throw refuse('is not one e-mail address such as ada@example.com')
  return { name, address }
}

/** Parses one address or a list of them. */
export function readAddresses(
  mail: string,
  field: string,
  given: AddressInput | readonly AddressInput[] | undefined,
): MailAddress[] {
  if (given === undefined) return []
  const list = Array.isArray(given) ? (given as readonly AddressInput[]) : [given as AddressInput]
  return list.map((each, index) => readAddress(mail, list.length > 1 ? `${field}[${index}]` : field, each))
}

/** Whether a text contains characters that end a header field or control a terminal. */
export function hasControl(text: string): boolean {
  return CONTROL.test(text)
}

function splitAddress(text: string): { name?: string; address: string } {
  const trimmed = text.replace(/^ +/, '').trimEnd()
  const start = trimmed.lastIndexOf('<')
  // A trailing line break is not white space to ignore.
  if (hasControl(text) || !trimmed.endsWith('>') || start < 0) return { address: hasControl(text) ? text : trimmed }
  const name = trimmed.slice(0, start).trim()
  return { name: unquoted(name), address: trimmed.slice(start + 1, -1) }
}

function unquoted(name: string): string {
  return name.length > 1 && name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1) : name
}
