import type { Rule } from '../rule.ts';

/** Work that is left open belongs to an issue; the comment may point there. */
export const openWork: Rule = {
  name: 'open-work',
  check(file, report) {
    for (const comment of file.comments) {
      for (const match of comment.value.matchAll(/\b(TODO|FIXME|XXX|HACK)\b(?!\s*\(#\d+\))/g)) {
        const offset = comment.start + '//'.length + match.index;
        report(offset, `${match[0]} without an issue`, 'do it now, or write an issue and name it: TODO(#12)');
      }
    }
  },
};

/** A comment is a sentence, not an ornament. */
export const banners: Rule = {
  name: 'banner',
  check(file, report) {
    for (const comment of file.comments) {
      if (/([-=*#~_/])\1{4,}/.test(comment.value)) {
        report(
          comment.start,
          'a banner in a comment',
          'write a sentence, or split the file where the banner stands',
        );
      }
    }
  },
};
