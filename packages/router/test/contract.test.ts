import { Router } from '../src/index.ts'
import { routerContract } from './contract.ts'
import { NaiveRouter } from './naive-router.ts'
import { outcomesOf } from './outcome.ts'

const strict = { trailingSlash: 'strict', duplicateSlashes: 'strict' } as const

routerContract('the tree', () => outcomesOf(new Router<string>(strict)))
routerContract('the list', () => new NaiveRouter('strict', 'strict'))
