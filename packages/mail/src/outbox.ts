import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MailMessage } from './message.ts'

/** Where an application keeps the mail that it does not send, below its folder. */
export const OUTBOX_FOLDER = '.arlen/outbox'

/** How many mails an outbox keeps. */
const KEPT = 100

/** Tells mails of one millisecond apart. */
let kept = 0

/** A mail in an outbox. */
export interface KeptMessage extends MailMessage {
  /** The name of its file, which also sorts mails by age. */
  file: string
}

/**
 * Keeps a mail in a folder, as a file of JSON that only the owner can read: mails hold secrets. The oldest make room.
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
  // Renamed into place: readers never see half a mail.
  const draft = join(folder, `.${name}`)
  await writeFile(draft, JSON.stringify({ ...message, attachments }, null, 2), { mode: 0o600 })
  await rename(draft, join(folder, name))
  const old = (await fileNames(folder)).slice(KEPT)
  await Promise.all(old.map(each => rm(join(folder, each), { force: true })))
  return join(folder, name)
}

/** The mails of an outbox, the newest first; none where there is no such folder. Files that are no mails are left out. */
export async function readOutbox(folder: string): Promise<KeptMessage[]> {
  const messages = await Promise.all((await fileNames(folder)).map(name => readMessage(folder, name)))
  return messages.filter(message => message !== undefined)
}

/** Removes every mail from an outbox. */
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
    return undefined // removed meanwhile, or somebody else's
  }
}

async function fileNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter(name => /^\d{4}-.*\.json$/.test(name))
    .sort()
    .reverse()
}
