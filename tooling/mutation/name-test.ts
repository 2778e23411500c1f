// A set-up file of Vitest: says which test file the hits that follow belong to, in child processes too.
import { relative } from 'node:path'
import { expect } from 'vitest'

process.env.MUTANT_TEST = relative(process.cwd(), expect.getState().testPath ?? '?')
