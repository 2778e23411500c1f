import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MailMessage } from './message.ts'

/** Where an application keeps unsent mail, relative to its folder. */
export const OUTBOX_FOLDER = '.arlen/outbox'

/** How many mails an outbox keeps. */
const KEPT = 100

/** Distinguishes mails of the same millisecond. */
let kept = 0

/** A mail in an outbox. */
export interface KeptMessage extends MailMessage {
  /** Its file name, which also sorts mails by age. */
  file: string
}

/**
 * Saves a mail in a folder, as a JSON file that only the owner can read, because mails contain secrets. The oldest are
 * removed.
 *
 * @returns the path of the file
 */
export async function keepMessage(folder: string, message: MailMessage): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const order = String(kept++).padStart(6, '0')
  const name = `${message.date.replaceAll(':', '-')}-${order}-${process.pid}.json`
  const attachments = message.attachments.map(({ content, ...rest }) => ({
    ...rest,
    content: Buffer.from(content).toString('base64'),
  }))
  // Renamed into place, so that readers never see half a mail.
  const draft = join(folder, `.${name}`)
  await writeFile(draft, JSON.stringify({ ...message, attachments }, null, 2), { mode: 0o600 })
  await rename(draft, join(folder, name))
  const old = (await fileNames(folder)).slice(KEPT)
  await Promise.all(old.map(each => rm(join(folder, each), { force: true })))
  return join(folder, name)
}

/** The mails of an outbox, newest first; none if there is no such folder. Other files are skipped. */
export async function readOutbox(folder: string): Promise<KeptMessage[]> {
  const messages = await Promise.all((await fileNames(folder)).map(name => readMessage(folder, name)))
  return messages.filter(message => message !== undefined)
}

/** Deletes every mail in an outbox. */
export async function clearOutbox(folder: string): Promise<void> {
  await Promise.all((await fileNames(folder)).map(name => rm(join(folder, name), { force: true })))
}

async function readMessage(folder: string, file: string): Promise<KeptMessage | undefined> {
  try {
    const message = JSON.parse(await readFile(join(folder, file), 'utf8')) as KeptMessage
    const attachments = message.attachments.map(each => ({
      ...each,
      content: Buffer.from(each.content as unknown as string, 'base64'),
    }))
    return { ...message, attachments, file }
  } catch {
    return undefined // deleted in the meantime, or another user's
  }
}

async function fileNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter(name => /^\d{4}-.*\.json$/.test(name))
    .sort()
    .reverse()
}
