import { texts } from '../text/index.ts'

export const text = texts({
  en: {
    title: 'A new password',
    lead: (username: string) => `For ${username}. Whoever is signed in as ${username} anywhere is signed out by it.`,
    newPassword: 'New password',
    choose: 'Choose it and sign in',
    gone: 'This link was used, or is too old. If you have just chosen a password, sign in with it; if not, ask for another link.',
    notWhole: 'This link is not whole',
    notWholeBody: 'Copy all of it, up to its last character, and open it once more.',
    signedIn: (username: string) => `You are signed in here as ${username}`,
    signedInBody: 'Sign out, and this link leads on to the new password.',
    signOut: 'Sign out',
  },
  ko: {
    title: '새 비밀번호',
    lead: (username: string) => `${username}님의 새 비밀번호예요. 정하고 나면 로그인해 둔 기기에서 모두 로그아웃돼요.`,
    newPassword: '새 비밀번호',
    choose: '정하고 로그인하기',
    gone: '이미 썼거나 기한이 지난 링크예요. 방금 비밀번호를 정했다면 그 비밀번호로 로그인하고, 아니라면 새 링크를 부탁해 주세요.',
    notWhole: '링크가 온전하지 않아요',
    notWholeBody: '마지막 글자까지 모두 복사해서 다시 열어 주세요.',
    signedIn: (username: string) => `지금 ${username}님으로 로그인되어 있어요`,
    signedInBody: '로그아웃하면 이 링크에서 새 비밀번호를 정할 수 있어요.',
    signOut: '로그아웃',
  },
})
