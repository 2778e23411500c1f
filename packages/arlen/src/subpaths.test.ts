import * as allOfPg from '@arlen/pg'
import * as allOfRouter from '@arlen/router'
import * as allOfView from '@arlen/view'
import { expect, test } from 'vitest'
import * as pg from './pg.ts'
import * as router from './router.ts'
import * as view from './view.ts'

test.each([
  ['pg', pg, allOfPg],
  ['router', router, allOfRouter],
  ['view', view, allOfView],
])('arlen/%s is all of the package', (_, ours, theirs) => {
  expect({ ...ours }).toEqual({ ...theirs })
})
