import { join } from 'node:path'
import { type Host, quote } from './host.ts'

/** What a deployment leaves on its first host while it is under way, so that it can be taken up where it was cut off. */
export interface DeployRecord {
  id: string
  /** What ran on each host before, by its address. */
  from: Record<string, string | null>
}

const fileOf = (host: Host) => quote(join(host.path, '.arlen/deployment.json'))

/** The record of a deployment of this release that was cut short. */
export async function readRecord(host: Host, id: string): Promise<DeployRecord | undefined> {
  const { stdout } = await host.run(`cat ${fileOf(host)} 2>/dev/null || true`)
  try {
    const record = JSON.parse(stdout) as DeployRecord
    return record.id === id ? record : undefined
  } catch {
    return undefined
  }
}

/** Throws an Error if the host does not take it. */
export async function writeRecord(host: Host, record: DeployRecord): Promise<void> {
  const file = fileOf(host)
  const { code, stderr } = await host.run(
    `printf %s ${quote(JSON.stringify(record))} > ${file}.partial && mv ${file}.partial ${file}`,
  )
  if (code !== 0) throw new Error(`${host.name} failed at record: ${stderr.trim() || `exit code ${code}`}`)
}

export async function removeRecord(host: Host): Promise<void> {
  await host.run(`rm -f ${fileOf(host)}`)
}
