import { expect, test } from 'vitest'
import { readFields } from './fields.ts'

test('reads names, types and what may be left out', () => {
  const fields = readFields(['title', 'body:text', 'dueOn:date?', 'order:integer', 'note?'])
  expect(
    fields.map(({ camel, type, optional, column, selected }) => [camel, type, optional, column, selected]),
  ).toEqual([
    ['title', 'string', false, 'title', 'title'],
    ['body', 'text', false, 'body', 'body'],
    ['dueOn', 'date', true, 'due_on', 'due_on::text as "dueOn"'],
    ['order', 'integer', false, '"order"', '"order" as "order"'],
    ['note', 'string', true, 'note', 'note'],
  ])
})

test.each([
  [['price:intger'], 'did you mean integer?'],
  [['price:money'], 'it takes string, text, integer, number, boolean, date'],
  [['title', 'Title'], 'the field title is given twice'],
  [['id'], 'the field id is there already'],
  [['created_at:date'], 'the field created_at is there already'],
  [[':text'], 'is no field'],
  [['a:b:c'], 'is no field'],
])('refuses %j', (given, message) => {
  expect(() => readFields(given)).toThrow(message)
})
