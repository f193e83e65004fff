-- The last word of every message. Those of the rehearsal's players end with a mark, #seed-number.
SELECT substring(m.content FROM '#\d+-\d+$') FROM messages AS m WHERE m.content ~ '#\d+-\d+$';
