/*
 * The script that pages for today's mOTP load (docs/guides/drop-in.md). Our own writing after what such pages call.
 *
 * getUT() tells the server's time. The other calls do nothing: no fingerprint, no frame, no keypad, nothing sent.
 * ES5 and no library: such pages meet browsers of 2013.
 */
(function (page) {
  'use strict';

  /** So many questions for the time; the one that came back fastest is believed. */
  var ROUNDS = 3;
  var TIMEOUT_MS = 5000;
  /** Korea has had no summer time since 1988. */
  var SEOUL_MS = 9 * 60 * 60 * 1000;
  var SELF = /^(.*\/fdsService\/hrdAPI\/)hrdFrameLoader\.js/;

  var folder = folderOfThisScript();
  var isDebug = false;
  var isMeasuring = false;
  /** Server minus device in milliseconds. Until it is known, or when it cannot be had: the device's own clock. */
  var offset = 0;

  /** document.currentScript is missing in old browsers, and undefined where a page adds the script later. */
  function folderOfThisScript() {
    var scripts = page.document.getElementsByTagName('script');
    var match;
    var i;
    for (i = scripts.length - 1; i >= 0; i -= 1) {
      match = SELF.exec(scripts[i].src);
      if (match) return match[1];
    }
    return '/fdsService/hrdAPI/';
  }

  function say(words) {
    if (isDebug && page.console) page.console.log('[hrdFrame] ' + words);
  }

  function deviceNow() {
    return new Date().getTime();
  }

  /** done(sample), or done(null) without an answer that is a time. */
  function askTime(done) {
    var began = deviceNow();
    var request = new page.XMLHttpRequest();
    request.open('GET', folder + 'time?' + began + '.' + Math.random(), true);
    request.timeout = TIMEOUT_MS;
    request.onreadystatechange = function () {
      if (request.readyState !== 4) return;
      var ended = deviceNow();
      var said = request.status === 200 ? /^\{"now":(\d{13})\}$/.exec(request.responseText) : null;
      if (!said) return done(null);
      // The middle of the way there and back is when the server looked at its clock.
      done({ took: ended - began, offset: Number(said[1]) - (began + ended) / 2 });
    };
    request.send();
  }

  function measure() {
    if (isMeasuring) return;
    isMeasuring = true;
    var best = null;
    var left = ROUNDS;
    function next() {
      if (left === 0) {
        isMeasuring = false;
        say(
          best
            ? 'server time: ' + Math.round(best.offset) + ' ms'
            : 'no server time, the device clock is used'
        );
        return;
      }
      left -= 1;
      askTime(function (sample) {
        // A device clock that was set meanwhile makes the way shorter than nothing.
        if (sample && sample.took >= 0 && (!best || sample.took < best.took)) {
          best = sample;
          offset = sample.offset;
        }
        next();
      });
    }
    next();
  }

  function two(number) {
    return (number < 10 ? '0' : '') + number;
  }

  /** "YYYY-MM-DD HH:mm:ss" in Korean time, whatever the device's time zone. */
  function koreanTime() {
    var seoul = new Date(deviceNow() + offset + SEOUL_MS);
    var day = [seoul.getUTCFullYear(), two(seoul.getUTCMonth() + 1), two(seoul.getUTCDate())].join('-');
    var time = [two(seoul.getUTCHours()), two(seoul.getUTCMinutes()), two(seoul.getUTCSeconds())].join(':');
    return day + ' ' + time;
  }

  /** A call that does nothing here. Its arguments are not looked at: they name a learner. */
  function nothing(name, why) {
    return function () {
      say(name + ': ' + why);
    };
  }

  var calls = {
    getUT: koreanTime,
    loadHrdFrame: function (debug) {
      isDebug = debug === true || debug === 'true' || debug === 1;
      say('loadHrdFrame: no frame is loaded; getUT() tells the server time');
      measure();
    },
    loadFDS: nothing('loadFDS', 'no fingerprint of the device is taken and nothing is sent'),
    loadOTP: nothing('loadOTP', 'no web OTP is shown; the code comes from the mOTP app on the phone'),
    loadKeyPad: nothing('loadKeyPad', 'no keypad is shown; the field of the page takes the code')
  };

  page.hrdFrame = calls;
  for (var name in calls) {
    // A function of the page's own by such a name stays the page's.
    if (typeof page[name] === 'undefined') page[name] = calls[name];
  }
  measure();
})(window);
