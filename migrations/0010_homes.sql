-- Rows of the inbox are of the home where somebody was met: nobody has to follow merges.
DELETE FROM cursors WHERE name = 'conversations.person';
