import type { Io } from '../command.ts'
import { type Diagnosis, type Examination, fail, reasonOf } from './examination.ts'
import { examineLimits } from './limits.ts'
import { examineNode } from './node.ts'
import { examinePackageManager } from './package-manager.ts'
import { examinePermissions } from './permissions.ts'
import { examinePgDump } from './pg-dump.ts'
import { examinePort } from './port.ts'
import { examinePostgres } from './postgres.ts'

const EXAMINATIONS: Readonly<Record<string, Examination>> = {
  'Node.js': () => examineNode(),
  'package manager': examinePackageManager,
  PostgreSQL: examinePostgres,
  pg_dump: examinePgDump,
  port: examinePort,
  permissions: examinePermissions,
  limits: () => examineLimits(),
}

/** The examined item, and the finding. */
export interface Report extends Diagnosis {
  name: string
}

/** Examines everything; an examination that fails is a failure. */
export async function examine(root: string, io: Io): Promise<Report[]> {
  const reports: Report[] = []
  for (const [name, look] of Object.entries(EXAMINATIONS)) {
    io.status?.(`looking at ${name} …`)
    const diagnosis = await look({ root, io }).catch(error =>
      fail(reasonOf(error), 'Mend that first: nothing else can be said of it.'),
    )
    reports.push({ name, ...diagnosis })
  }
  io.status?.()
  return reports
}
