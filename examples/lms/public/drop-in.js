// A page as training sites have it for today's mOTP: forms posted from the browser, answers read by their code.
// Only the host name is another one. What is ours to add stands in the two functions at the end.
(function () {
  'use strict';

  var form = document.getElementById('otp');
  var message = document.getElementById('message');
  var raw = document.getElementById('raw');
  var motp = form.getAttribute('data-motp');
  var way = form.getAttribute('data-way');
  var shown = '';
  var evaluation = document.getElementById('evaluation');

  /** What such pages say where the answer brings no text. */
  var WORDS = {
    AP001: '인증번호가 일치하지 않습니다. 다시 입력 하세요.',
    AP005: '등록되지 않은 사용자입니다.',
    AP009: '5회 오류가 발생하였습니다. mOTP인증이 잠겼습니다. 본인확인을 하여 잠금을 해제 하세요.',
    AP010: '잠금을 해제하지 못했습니다.'
  };
  var TROUBLE = 'mOTP시스템 장애가 발생하였습니다. 대체인증 화면으로 이동합니다.';

  /** What $.ajax({ type: 'POST', dataType, timeout, data }) sends and calls, and nothing else of jQuery. */
  function ajax(options) {
    var request = new XMLHttpRequest();
    var pairs = [];
    for (var name in options.data) {
      pairs.push(encodeURIComponent(name) + '=' + encodeURIComponent(options.data[name]));
    }
    request.open('POST', options.url, true);
    request.timeout = options.timeout || 10000;
    request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded; charset=UTF-8');
    request.setRequestHeader('Accept', 'application/json, text/javascript, */*; q=0.01');
    request.onreadystatechange = function () {
      if (request.readyState !== 4) return;
      show(options.url, options.data, request.status, request.responseText);
      options.done(request.status, request.responseText);
    };
    request.send(pairs.join('&').replace(/%20/g, '+'));
  }

  function read(text) {
    try {
      return JSON.parse(text) || {};
    } catch (_notJson) {
      return {};
    }
  }

  /** For developers: what went out and what came back since 인증하기 was pressed. */
  function show(url, data, status, text) {
    var lines = shown ? [shown, '', ''] : [];
    lines.push('POST ' + url);
    for (var name in data) lines.push('  ' + name + '=' + data[name]);
    lines.push('', status ? 'HTTP ' + status : '(답을 읽을 수 없음)', text);
    shown = lines.join('\n');
    raw.textContent = shown;
  }

  /** In the place of alert(): read out, and it stays. */
  function tell(words, kind) {
    message.className = kind;
    message.textContent = '';
    message.textContent = words;
  }

  function open(id) {
    document.getElementById(id).hidden = false;
  }

  function close(id) {
    document.getElementById(id).hidden = true;
  }

  function value(name) {
    return form.elements[name].value;
  }

  function trainee() {
    var phone = value('USER_TEL').replace(/\D/g, '');
    return { USER_NM: value('USER_NM'), USER_TEL: phone, AGTID: value('AGTID'), USRID: value('USRID') };
  }

  function occasion() {
    var chosen = evaluation.options[evaluation.selectedIndex];
    return {
      COURSE_AGENT_PK: value('COURSE_AGENT_PK'),
      CLASS_AGENT_PK: value('CLASS_AGENT_PK'),
      EVAL_CD: chosen.getAttribute('data-code'),
      EVAL_TYPE: chosen.getAttribute('data-type'),
      CLASS_TME: chosen.getAttribute('data-time')
    };
  }

  function merged(one, other) {
    var all = {};
    var name;
    for (name in one) all[name] = one[name];
    for (name in other) all[name] = other[name];
    return all;
  }

  /** The fields of otp_accredit, as such pages send them; to its own server the page says only what that cannot know. */
  function fields() {
    var own = { OTPNO: value('OTPNO'), SESSIONID: value('SESSIONID'), EXIP: value('EXIP') };
    if (way === 'server') return merged({ OTPNO: value('OTPNO') }, occasion());
    var time = { USRDT: window.hrdFrame ? window.hrdFrame.getUT() : '' };
    return merged(merged(trainee(), own), merged(occasion(), time));
  }

  function goOn(words, proof) {
    tell('인증하였습니다.', 'good');
    close('trouble');
    close('locked');
    document.getElementById('proof').textContent = words;
    document.getElementById('claims').textContent = proof ? JSON.stringify(proof, null, 2) : '';
    document.getElementById('claims').hidden = !proof;
    open('lesson');
    document.getElementById('lesson-title').focus();
  }

  function wordsOf(answer) {
    return answer.msg || WORDS[answer.code] || '인증하지 못했습니다. (' + (answer.code || '응답 없음') + ')';
  }

  function refuse(answer) {
    // Only a failure of the system leads to the substitute check; a code that is not known does not.
    if (!answer.code || /^[CI]E/.test(answer.code)) {
      tell(TROUBLE, 'bad');
      return open('trouble');
    }
    tell(wordsOf(answer), 'bad');
    if (answer.code === 'AP009') return open('locked');
    form.elements.OTPNO.focus();
    form.elements.OTPNO.select();
  }

  form.onsubmit = function (event) {
    event.preventDefault();
    var button = document.getElementById('go');
    button.disabled = true;
    shown = '';
    close('lesson');
    close('trouble');
    close('locked');
    ajax({
      url: form.elements.outage.checked
        ? '/drop-in/outage'
        : way === 'server'
          ? '/drop-in/accredit'
          : motp + '/api/v2/otp_accredit',
      data: fields(),
      done: function (_status, text) {
        var answer = read(text);
        button.disabled = false;
        if (answer.code !== '200') return refuse(answer);
        if (way === 'receipt') return believeOnServer(answer);
        if (way === 'server') return goOn('이 사이트의 서버가 API 키로 물어 받은 답입니다.', answer.claims);
        goOn('브라우저가 받은 답만 보고 넘어갔습니다. 이 답은 훈련생의 브라우저가 꾸며 낼 수 있습니다.');
      }
    });
  };

  /** M_RET and its like: what such a page's own phone check has told it. Here nobody was asked. */
  function certified() {
    var time = window.hrdFrame ? window.hrdFrame.getUT() : '';
    return { M_RET: 'T', M_RETCD: '0000', M_TRNID: 'demo-' + new Date().getTime(), M_TRNDT: time };
  }

  function reset(url) {
    ajax({
      url: url,
      data: merged(trainee(), certified()),
      done: function (_status, text) {
        var answer = read(text);
        if (answer.code !== '200') return tell(wordsOf(answer), 'bad');
        tell('잠금을 해제하였습니다. 새 인증번호를 입력하세요.', 'good');
        close('locked');
        form.elements.OTPNO.value = '';
        form.elements.OTPNO.focus();
      }
    });
  }

  document.getElementById('reset-browser').onclick = function () {
    reset(motp + '/api/v2/user_reset');
  };

  document.getElementById('reset-server').onclick = function () {
    reset('/drop-in/reset');
  };

  document.getElementById('substitute').onclick = function () {
    var result = certified();
    ajax({
      url: motp + '/EAIServer/SOURCE/ExConn/LMS/pSubOtpLog.jsp',
      data: merged(merged({ AGTID: value('AGTID'), USRID: value('USRID') }, occasion()), {
        m_Ret: result.M_RET,
        m_retCD: result.M_RETCD,
        m_trnID: result.M_TRNID,
        m_trnDT: result.M_TRNDT
      }),
      done: function (_status, text) {
        var kept = /<RetVal>\s*(\d+)\s*<\/RetVal>/.exec(text);
        if (kept && kept[1] === '101')
          return goOn('대체인증을 했다고 브라우저가 알렸습니다. 기록으로만 남습니다.');
        tell('대체인증 결과를 저장하지 못했습니다. 잠시 뒤에 다시 시도 하세요.', 'bad');
      }
    });
  };

  /** The second way: the answer's receipt goes to this site's server, which believes it or does not. */
  function believeOnServer(answer) {
    ajax({
      url: '/drop-in/receipt',
      data: merged(occasion(), { receipt: answer.receipt || '' }),
      done: function (_status, text) {
        var said = read(text);
        if (said.code === '200') return goOn('이 사이트의 서버가 확인서를 검증했습니다.', said.claims);
        tell('인증 확인서를 확인하지 못했습니다. (' + (said.code || '응답 없음') + ')', 'bad');
      }
    });
  }

  if (typeof window.loadHrdFrame === 'function') window.loadHrdFrame(false);
})();
