import type { Context } from '@arlen/http'
import { expect, test } from 'vitest'
import { handlerProblem, toHandler } from './controller.ts'

class Orders {
  readonly c: Context
  constructor(c: Context) {
    this.c = c
  }
  show(c: Context): unknown {
    return [this.c, c]
  }
  list(): string {
    return 'all'
  }
}

const context = {} as Context
const call = (target: unknown) => (toHandler(target) as (c: Context) => unknown)(context)

test('a controller is instantiated for each request and gets its context', () => {
  const handler = toHandler([Orders, 'show']) as (c: Context) => [Context, Context]
  const [first, second] = [{} as Context, {} as Context]
  expect(handler(first)).toEqual([first, first])
  expect(handler(second)[0]).toBe(second)
})

test('an action may be a function of a module, and a function is a handler as it is', () => {
  const index = () => 'index'
  expect(call([{ index }, 'index'])).toBe('index')
  expect(toHandler(index)).toBe(index)
})

test.each<[string, unknown, string]>([
  [
    'an action that a controller lacks',
    [Orders, 'shwo'],
    'is the action shwo, which Orders does not have. Did you mean show?',
  ],
  [
    'one that a module lacks',
    [{ index: () => 1 }, 'indx'],
    'is the action indx, which the module does not have. Did you mean index?',
  ],
  ['one like no other', [Orders, 'zzzzzz'], 'is the action zzzzzz, which Orders does not have.'],
  ['null', null, 'is null, not a function.'],
  ['a text', 'Orders#show', 'is a value of type string, not a function.'],
  ['a list of one', [Orders], 'is a value of type object, not a function.'],
  ['a list of three', [Orders, 'show', 1], 'is a value of type object, not a function.'],
  ['an action that is not a name', [Orders, 7], 'is a value of type object, not a function.'],
  ['a text for a controller', ['Orders', 'show'], 'is a value of type object, not a function.'],
  ['null for a controller', [null, 'show'], 'is a value of type object, not a function.'],
])('%s is told by what is wrong with it', (_, target, problem) => {
  expect(handlerProblem(toHandler(target))).toBe(problem)
})

test('a valid handler has no problem', () => expect(handlerProblem(toHandler([Orders, 'list']))).toBeUndefined())
