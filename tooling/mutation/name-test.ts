// A set-up file of Vitest: records which test file the following hits belong to, including in child processes.
import { relative } from 'node:path'
import { expect } from 'vitest'

process.env.MUTANT_TEST = relative(process.cwd(), expect.getState().testPath ?? '?')
