import { expect, test } from 'vitest'
import { readName, readResourceName } from './names.ts'

test.each(['blog post', 'blog_post', 'blog-post', 'BlogPost', 'blogPost'])(
  '%s is one name in every spelling',
  given => {
    expect(readName(given)).toEqual({
      camel: 'blogPost',
      pascal: 'BlogPost',
      kebab: 'blog-post',
      snake: 'blog_post',
      title: 'Blog post',
    })
  },
)

test.each([
  ['article', 'article', 'articles'],
  ['articles', 'article', 'articles'],
  ['category', 'category', 'categories'],
  ['person', 'person', 'people'],
  ['sheep', 'sheep', 'sheep'],
  ['OrderLines', 'orderLine', 'orderLines'],
])('%s is %s and %s', (given, one, many) => {
  const names = readResourceName(given)
  expect([names.one.camel, names.many.camel]).toEqual([one, many])
})

test.each(['', '../x', '2nd', 'a/b', 'é', 'class', 'Context', 'app', "x'; drop"])('refuses %j', given => {
  expect(() => readName(given)).toThrow(expect.objectContaining({ code: 'name_invalid' }))
})
