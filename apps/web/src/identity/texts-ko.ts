/** Every sentence of the window of an identity check. */
export const ko = {
  'page.title': '본인확인',
  'go.title': '본인확인 창을 여는 중입니다',
  'go.text': '잠시만 기다려 주세요.',
  'alone.title': '인증 화면에서 시작해 주세요',
  'alone.text':
    '이 화면은 인증 화면이나 mOTP 앱에서 본인확인을 누르면 열립니다. 이 창을 닫고 거기서 눌러 주세요.',
  'silent.title': '본인확인을 시작하지 못했습니다',
  'silent.text': '본인확인을 시작한 화면과 이어지지 않습니다. 이 창을 닫고 그 화면에서 다시 눌러 주세요.',

  'stranger.title': '이 화면에서 시작한 본인확인이 아닙니다',
  'stranger.text':
    '다른 사람이 보낸 주소이거나 이미 끝난 본인확인입니다. 아무것도 처리하지 않았습니다. 이 창을 닫고 인증 화면에서 다시 시작해 주세요.',
  'running.title': '결과를 확인하고 있습니다',
  'running.text': '본인확인 기관에서 결과를 받고 있습니다. 이 창을 닫지 말아 주세요.',
  'later.title': '결과를 아직 받지 못했습니다',
  'later.provider':
    '본인확인 기관이 응답하지 않습니다. 잠시 뒤 다시 확인해 주세요. 계속되면 인증 화면으로 돌아가 다른 방법으로 인증해 주세요.',
  'later.unreachable': '서버와 연결되지 않았습니다. 인터넷 연결을 살핀 뒤 다시 확인해 주세요.',
  'later.server': '서버에서 지금은 결과를 확인할 수 없습니다. 잠시 뒤 다시 확인해 주세요.',
  'later.again': '다시 확인하기',
  'later.wait-minutes': '약 {{minutes}}분 뒤에 다시 확인할 수 있습니다',
  'later.wait': '{{seconds}}초 뒤에 다시 확인할 수 있습니다',

  'passed.title': '본인확인을 마쳤습니다',
  'differs.title': '등록된 정보와 다릅니다',
  'differs.name': '본인확인은 되었으나 등록된 이름과 다릅니다.',
  'differs.phone': '본인확인은 되었으나 등록된 휴대폰 번호와 다릅니다.',
  'differs.birthDate': '본인확인은 되었으나 등록된 생년월일과 다릅니다.',
  'differs.other': '본인확인은 되었으나 등록된 정보와 다릅니다.',
  'failed.title': '본인확인을 하지 못했습니다',
  'failed.text': '본인확인 기관이 본인임을 확인해 주지 않았습니다.',
  'cancelled.title': '본인확인을 취소했습니다',
  'cancelled.text': '아직 인증되지 않았습니다.',
  'over.title': '본인확인할 시간이 지났습니다',
  'over.text': '인증 화면에서 다시 시작해 주세요.',

  'leave.soon': '곧 처음 화면으로 돌아갑니다.',
  'leave.next': '처음 화면에서 다음에 할 일을 안내해 드립니다.',
  'leave.by-hand': '이 창을 닫고 처음 화면으로 돌아가 주세요.',
  'leave.close': '창 닫기',
  'leave.back': '처음 화면으로 돌아가기',

  'portone.title': '본인확인 창을 여는 중입니다',
  'portone.text': '잠시만 기다려 주세요.',
  'portone.broken-title': '본인확인 창을 열지 못했습니다',
  'portone.broken-text':
    '본인확인 기관의 창이 열리지 않았습니다. 인터넷 연결과 광고 차단 기능을 살핀 뒤 다시 시도하거나, 처음 화면으로 돌아가 다른 방법으로 인증해 주세요.',
  'portone.again': '다시 시도',
} as const;

export type TextKey = keyof typeof ko;
